#!/bin/sh
# Signs, packs and notarises the .app that packaging/bundling.py makes: make_dmg.sh OUT
# SIGN_AS is a "Developer ID Application: …" of the keychain, NOTARY_PROFILE one of `notarytool store-credentials`.
# Without them the image is made unsigned: it opens after a right click, on the machine of who built it.
set -eu
out=$1
here=$(cd "$(dirname "$0")" && pwd)
app="$out/Webhook Workbench.app"
image="$out/Webhook Workbench.dmg"

if [ -n "${SIGN_AS:-}" ]; then
    # Inside out, each by itself: `--deep` signs what it should not, and misses what it should.
    find "$app/Contents" -type f \( -name '*.so' -o -name '*.dylib' -o -perm -100 \) -print0 |
        xargs -0 codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$SIGN_AS"
    codesign --force --timestamp --options runtime --entitlements "$here/entitlements.plist" --sign "$SIGN_AS" "$app"
    codesign --verify --strict "$app"
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
cp -R "$app" "$stage/"
ln -s /Applications "$stage/Applications"
hdiutil create -quiet -volname "Webhook Workbench" -srcfolder "$stage" -format UDZO -ov "$image"

if [ -n "${SIGN_AS:-}" ] && [ -n "${NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$image" --keychain-profile "$NOTARY_PROFILE" --wait
    xcrun stapler staple "$image"
fi
