"""What providers sign, send and expect: data in packs, and the few schemes that need code.

May import `model` only; reads no files and opens no sockets: packs come in as dictionaries (`storage.packs` reads
them), keys of others come in through `KeySource`. Time is an argument, so a stored capture is judged as of its
arrival. Central types: `Provider` (a pack), `Subject` (a request as a signature sees it), `Verification`.

    pack, pack_reading     what a pack holds; a dictionary checked into one
    subject, selectors     the parts of a request, and how a pack names them
    signed_text            the template of what is signed, filled in part by part
    keys, encodings        secrets to keys, signatures to bytes; strict, never guessing
    detection              whose request it is
    verification, signing  the same table run both ways
    schemes/               JWT, Twilio, AWS SNS, PayPal, Adyen, RFC 9421
    doctor                 why a signature does not match: hypotheses tried one by one

The design's idea of one declarative table holds for all but five schemes. Where we left it: detection, verification
and signing share one `Subject` per request, so that a body is parsed once; and a verdict is never "some encoding
fitted": only the doctor guesses, and it says so.
"""
