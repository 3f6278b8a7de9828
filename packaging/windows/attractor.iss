; The Windows installer, for Inno Setup 6: iscc /DVersion=0.1.0 /DBundle=... /DOut=... attractor.iss
; For one user by default, without administrator's rights; /ALLUSERS asks for them.
#ifndef Version
  #error Version is not given: iscc /DVersion=...
#endif

[Setup]
AppId={{6B0C0E0B-2C60-4B0E-9B0B-6B4C0F6A7D11}
AppName=Attractor
AppVersion={#Version}
AppVerName=Attractor {#Version}
AppPublisher=The Attractor authors
DefaultDirName={autopf}\Attractor
DefaultGroupName=Attractor
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.17763
Compression=lzma2/max
SolidCompression=yes
LZMAUseSeparateProcess=yes
WizardStyle=modern
ChangesAssociations=yes
CloseApplications=yes
RestartApplications=no
LicenseFile=..\..\LICENSE
SetupIconFile={#Build}\attractor.ico
UninstallDisplayIcon={app}\attractor.exe
OutputDir={#Out}
OutputBaseFilename=attractor-{#Version}-setup
#ifdef Sign
SignTool=release
SignedUninstaller=yes
#endif

[Languages]
Name: "en"; MessagesFile: "compiler:Default.isl"
Name: "de"; MessagesFile: "compiler:Languages\German.isl"

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[InstallDelete]
; modules of an older version must not stay beside those of this one
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{autoprograms}\Attractor"; Filename: "{app}\attractor.exe"; AppUserModelID: "app.attractor.Attractor"
Name: "{autodesktop}\Attractor"; Filename: "{app}\attractor.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.attractor"; ValueType: string; ValueData: "Attractor.Recipe"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Attractor.Recipe"; ValueType: string; ValueData: "Attractor recipe"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Attractor.Recipe\DefaultIcon"; ValueType: string; ValueData: "{app}\attractor.exe,0"
Root: HKA; Subkey: "Software\Classes\Attractor.Recipe\shell\open\command"; ValueType: string; ValueData: """{app}\attractor.exe"" --recipe ""%1"""

[Run]
Filename: "{app}\attractor.exe"; Description: "{cm:LaunchProgram,Attractor}"; Flags: nowait postinstall skipifsilent
