# Signs the two programs, packs them with Inno Setup, signs the installer. Without a certificate nothing is signed, and it says so.
param([Parameter(Mandatory)][string]$Build)
$ErrorActionPreference = "Stop"
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$bundle = Join-Path $Build "dist/attractor"
$version = (& "$bundle/attractor-cli.exe" --version).Split(" ")[1]
$tool = (Get-ChildItem "C:/Program Files (x86)/Windows Kits/10/bin/*/x64/signtool.exe" | Sort-Object FullName | Select-Object -Last 1).FullName
$words = @("/DVersion=$version", "/DBundle=$bundle", "/DBuild=$Build", "/DOut=$(Join-Path $Build 'out')")

if ($env:CERTIFICATE) {
    $file = Join-Path $env:TEMP "attractor.pfx"
    [IO.File]::WriteAllBytes($file, [Convert]::FromBase64String($env:CERTIFICATE))
    try {
        $sign = @("sign", "/fd", "SHA256", "/td", "SHA256", "/tr", "http://timestamp.digicert.com", "/f", $file, "/p", $env:CERTIFICATE_PASSWORD)
        & $tool @sign "$bundle/attractor.exe" "$bundle/attractor-cli.exe"
        if ($LASTEXITCODE) { throw "signtool failed" }
        $command = "`$q$tool`$q " + (($sign | ForEach-Object { "`$q$_`$q" }) -join " ") + " `$f"
        & iscc @words "/DSign=1" "/Srelease=$command" "$here/attractor.iss"
        if ($LASTEXITCODE) { throw "iscc failed" }
    } finally {
        Remove-Item $file
    }
} else {
    Write-Warning "no certificate: the installer is not signed, and Windows will warn of it"
    & iscc @words "$here/attractor.iss"
    if ($LASTEXITCODE) { throw "iscc failed" }
}
