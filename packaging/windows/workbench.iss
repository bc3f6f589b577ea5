; The installer for Windows, by Inno Setup 6: iscc /Odist packaging\windows\workbench.iss
; It takes the folder that packaging/bundling.py makes. No administrator is needed; it installs for one user.
#define Name "Webhook Workbench"
#define Folder "..\..\dist\webhook-workbench"
#define Version GetVersionNumbersString(Folder + "\workbench.exe")
#ifndef Version
  #define Version "0.1.0"
#endif

[Setup]
AppId={{7C0C8C8E-5D7A-4C5B-9C4B-0E6C5E0B9A51}
AppName={#Name}
AppVersion={#Version}
AppPublisher=The Webhook Workbench authors
DefaultDirName={autopf}\{#Name}
DefaultGroupName={#Name}
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
Compression=lzma2
SolidCompression=yes
OutputBaseFilename=webhook-workbench-setup
SetupIconFile=..\..\dist\work\icons\workbench.ico
UninstallDisplayIcon={app}\workbench-gui.exe
LicenseFile={#Folder}\licences\README.txt
ChangesAssociations=yes
ChangesEnvironment=yes

[Tasks]
Name: desktopicon; Description: "A shortcut on the desktop"; Flags: unchecked
Name: path; Description: "The command workbench in the terminal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\{#Name}"; Filename: "{app}\workbench-gui.exe"; AppUserModelID: "io.github.webhook_workbench.Workbench"
Name: "{autodesktop}\{#Name}"; Filename: "{app}\workbench-gui.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\WebhookWorkbench.Hook"; ValueType: string; ValueData: "Webhook of a collection"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\WebhookWorkbench.Hook\DefaultIcon"; ValueType: string; ValueData: "{app}\workbench-gui.exe,0"
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: NeedsPath

[Run]
Filename: "{app}\workbench-gui.exe"; Description: "Open {#Name}"; Flags: nowait postinstall skipifsilent

[Code]
function NeedsPath: Boolean;
var
  Path: String;
begin
  Result := not RegQueryStringValue(HKEY_CURRENT_USER, 'Environment', 'Path', Path)
    or (Pos(';' + Lowercase(ExpandConstant('{app}')), ';' + Lowercase(Path)) = 0);
end;
