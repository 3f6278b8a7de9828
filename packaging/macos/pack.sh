#!/usr/bin/env bash
# Signs the app from the inside out, packs it as a .dmg, has Apple notarize it and staples the ticket: pack.sh BUILD
# Without $CERTIFICATE it is signed ad hoc, and says so: it then runs on this machine, and elsewhere after a right-click.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
app=$build/dist/Attractor.app
version=$("$app/Contents/MacOS/attractor-cli" --version | cut -d' ' -f2)
image=$build/out/attractor-$version-macos-arm64.dmg
identity=-
stamp=--timestamp=none

if [ -n "${CERTIFICATE:-}" ]; then
    chain=$build/release.keychain-db
    trap 'security delete-keychain "$chain" 2>/dev/null || true; rm -f "$build/certificate.p12"' EXIT
    secret=$(uuidgen)
    printf '%s' "$CERTIFICATE" | base64 --decode > "$build/certificate.p12"
    security create-keychain -p "$secret" "$chain"
    security set-keychain-settings -t 3600 "$chain"
    security unlock-keychain -p "$secret" "$chain"
    security import "$build/certificate.p12" -k "$chain" -P "$CERTIFICATE_PASSWORD" -T /usr/bin/codesign
    security set-key-partition-list -S apple-tool:,apple: -s -k "$secret" "$chain" > /dev/null
    security list-keychains -d user -s "$chain" login.keychain-db
    identity=$IDENTITY
    stamp=--timestamp
else
    echo "no certificate: signed ad hoc, not notarized"
fi

sign() { codesign --force --options runtime "$stamp" --entitlements "$here/entitlements.plist" --sign "$identity" "$@"; }

# libraries and torch's helper programs first, then Qt's frameworks, then the app around them
find "$app/Contents" -type f \( -name '*.so' -o -name '*.dylib' -o -name torch_shm_manager \) -print0 |
    while IFS= read -r -d '' file; do sign "$file"; done
find "$app/Contents/Frameworks" -type d -name '*.framework' -prune -print0 |
    while IFS= read -r -d '' folder; do sign "$folder"; done
sign "$app/Contents/MacOS/attractor-cli"
sign "$app"
codesign --verify --deep --strict "$app"

stage=$build/image
rm -rf "$stage" && mkdir -p "$stage"
ditto "$app" "$stage/Attractor.app"
ln -s /Applications "$stage/Applications"
for attempt in 1 2 3 4 5; do # XProtect may hold the folder for a while
    hdiutil create -volname Attractor -srcfolder "$stage" -fs APFS -format ULMO -ov "$image" && break
    [ "$attempt" -lt 5 ] || exit 1
    sleep 10
done

if [ -n "${CERTIFICATE:-}" ]; then
    codesign --sign "$identity" --timestamp "$image"
    xcrun notarytool submit "$image" --apple-id "$APPLE_ID" --team-id "$APPLE_TEAM" --password "$APPLE_PASSWORD" --wait
    xcrun stapler staple "$image"
    spctl --assess --type open --context context:primary-signature "$image"
fi
echo "$image"
