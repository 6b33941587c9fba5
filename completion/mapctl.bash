# Completion of mapctl for bash: source it, or put it into /usr/share/bash-completion/completions/mapctl.
# Made by scripts/generate-docs.mjs from the table of mapctl's commands; edit the commands.
_mapctl() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command= words= options= files= word
  local -i index=1 position=0
  COMPREPLY=()
  while ((index < COMP_CWORD)); do
    word=${COMP_WORDS[index]}
    case "$command $word" in
      ' status' | \
        ' domains' | \
        ' rules' | \
        ' interfaces' | \
        ' statistics' | \
        ' counters' | \
        ' show' | \
        ' config' | \
        ' log-level' | \
        ' reload' | \
        ' drain' | \
        ' undrain' | \
        ' ready' | \
        ' forward' | \
        ' ports' | \
        ' sessions' | \
        ' top' | \
        ' explain' | \
        ' trace' | \
        ' mirror' | \
        ' doctor' | \
        ' check' | \
        ' check-pcap' | \
        ' calc' | \
        ' reverse' | \
        ' analyse' | \
        ' dmr' | \
        ' walk' | \
        ' spoof' | \
        ' list' | \
        ' plan' | \
        ' diff' | \
        ' selftest' | \
        ' dhcp' | \
        ' lint' | \
        ' import' | \
        ' export' | \
        ' convert' | \
        ' completion' | \
        'config show' | \
        'config export' | \
        'forward add' | \
        'forward del' | \
        'forward list' | \
        'ports suggest' | \
        'plan solve' | \
        'dhcp encode' | \
        'dhcp decode')
        command="${command:+$command }$word" ;;
      ' --socket' | \
        ' --color' | \
        'status --socket' | \
        'status --color' | \
        'domains --domain' | \
        'domains --mode' | \
        'domains --role' | \
        'domains --socket' | \
        'domains --color' | \
        'rules --domain' | \
        'rules --mode' | \
        'rules --role' | \
        'rules --limit' | \
        'rules --socket' | \
        'rules --color' | \
        'interfaces --domain' | \
        'interfaces --mode' | \
        'interfaces --role' | \
        'interfaces --socket' | \
        'interfaces --color' | \
        'statistics --domain' | \
        'statistics --mode' | \
        'statistics --role' | \
        'statistics --count' | \
        'statistics --socket' | \
        'statistics --color' | \
        'counters --domain' | \
        'counters --count' | \
        'counters --socket' | \
        'counters --color' | \
        'show --count' | \
        'show --socket' | \
        'show --color' | \
        'config --socket' | \
        'config --color' | \
        'config show --socket' | \
        'config show --color' | \
        'config export --format' | \
        'config export --config' | \
        'config export --domain' | \
        'config export --socket' | \
        'config export --color' | \
        'log-level --socket' | \
        'log-level --color' | \
        'reload --socket' | \
        'reload --color' | \
        'drain --wait' | \
        'drain --socket' | \
        'drain --color' | \
        'undrain --hold' | \
        'undrain --socket' | \
        'undrain --color' | \
        'ready --socket' | \
        'ready --color' | \
        'forward --socket' | \
        'forward --color' | \
        'forward add --domain' | \
        'forward add --lifetime' | \
        'forward add --socket' | \
        'forward add --color' | \
        'forward del --domain' | \
        'forward del --socket' | \
        'forward del --color' | \
        'forward list --domain' | \
        'forward list --socket' | \
        'forward list --color' | \
        'ports --domain' | \
        'ports --config' | \
        'ports --iid' | \
        'ports --psid' | \
        'ports --index' | \
        'ports --port' | \
        'ports --nth' | \
        'ports --socket' | \
        'ports --color' | \
        'ports suggest --domain' | \
        'ports suggest --count' | \
        'ports suggest --protocol' | \
        'ports suggest --socket' | \
        'ports suggest --color' | \
        'sessions --domain' | \
        'sessions --protocol' | \
        'sessions --host' | \
        'sessions --remote' | \
        'sessions --port' | \
        'sessions --state' | \
        'sessions --sort' | \
        'sessions --limit' | \
        'sessions --socket' | \
        'sessions --color' | \
        'top --domain' | \
        'top --by' | \
        'top --limit' | \
        'top --socket' | \
        'top --color' | \
        'explain --protocol' | \
        'explain --length' | \
        'explain --ttl' | \
        'explain --pcap' | \
        'explain --config' | \
        'explain --domain' | \
        'explain --socket' | \
        'explain --color' | \
        'trace --domain' | \
        'trace --count' | \
        'trace --duration' | \
        'trace -o' | \
        'trace --output' | \
        'trace --socket' | \
        'trace --color' | \
        'mirror --host' | \
        'mirror --ce' | \
        'mirror --domain' | \
        'mirror --count' | \
        'mirror --duration' | \
        'mirror -o' | \
        'mirror --output' | \
        'mirror --socket' | \
        'mirror --color' | \
        'doctor --config' | \
        'doctor --domain' | \
        'doctor --target' | \
        'doctor --probe' | \
        'doctor --responder' | \
        'doctor --socket' | \
        'doctor --color' | \
        'check --socket' | \
        'check --color' | \
        'check-pcap --config' | \
        'check-pcap --domain' | \
        'check-pcap -o' | \
        'check-pcap --output' | \
        'check-pcap --socket' | \
        'check-pcap --color' | \
        'calc --config' | \
        'calc --iid' | \
        'calc --end-user-prefix' | \
        'calc --ipv6' | \
        'calc --index' | \
        'calc --ea' | \
        'calc --ipv4' | \
        'calc --host' | \
        'calc --psid' | \
        'calc --port' | \
        'calc --first' | \
        'calc --previous' | \
        'calc --next' | \
        'calc --last' | \
        'calc --by' | \
        'calc --neighbours' | \
        'calc --socket' | \
        'calc --color' | \
        'reverse --config' | \
        'reverse --iid' | \
        'reverse --socket' | \
        'reverse --color' | \
        'analyse --config' | \
        'analyse --iid' | \
        'analyse --port' | \
        'analyse --psid' | \
        'analyse --socket' | \
        'analyse --color' | \
        'dmr --socket' | \
        'dmr --color' | \
        'walk --config' | \
        'walk --iid' | \
        'walk --dmr' | \
        'walk --br' | \
        'walk --end-user-prefix' | \
        'walk --index' | \
        'walk --mtu' | \
        'walk --protocol' | \
        'walk --length' | \
        'walk --ttl' | \
        'walk --socket' | \
        'walk --color' | \
        'spoof --config' | \
        'spoof --iid' | \
        'spoof --dmr' | \
        'spoof --br' | \
        'spoof --end-user-prefix' | \
        'spoof --index' | \
        'spoof -o' | \
        'spoof --output' | \
        'spoof --socket' | \
        'spoof --color' | \
        'list --config' | \
        'list --iid' | \
        'list --from' | \
        'list --count' | \
        'list --format' | \
        'list --socket' | \
        'list --color' | \
        'plan --subscribers' | \
        'plan --ports' | \
        'plan --ipv4' | \
        'plan --ipv6' | \
        'plan --delegated' | \
        'plan --contiguous' | \
        'plan --socket' | \
        'plan --color' | \
        'plan solve --ipv6-len' | \
        'plan solve --ipv4-len' | \
        'plan solve --ea-len' | \
        'plan solve --end-user-prefix-len' | \
        'plan solve --psid-offset' | \
        'plan solve --psid-len' | \
        'plan solve --sharing-ratio' | \
        'plan solve --ports' | \
        'plan solve --contiguous' | \
        'plan solve --socket' | \
        'plan solve --color' | \
        'diff --config' | \
        'diff --iid' | \
        'diff --socket' | \
        'diff --color' | \
        'selftest --socket' | \
        'selftest --color' | \
        'dhcp --socket' | \
        'dhcp --color' | \
        'dhcp encode --config' | \
        'dhcp encode --mode' | \
        'dhcp encode --dmr' | \
        'dhcp encode --br' | \
        'dhcp encode --psid' | \
        'dhcp encode --psid-len' | \
        'dhcp encode --socket' | \
        'dhcp encode --color' | \
        'dhcp decode --inside' | \
        'dhcp decode --socket' | \
        'dhcp decode --color' | \
        'lint --from' | \
        'lint --end-user-prefix' | \
        'lint --socket' | \
        'lint --color' | \
        'import --from' | \
        'import -o' | \
        'import --output' | \
        'import --role' | \
        'import --end-user-prefix' | \
        'import --dmr' | \
        'import --br' | \
        'import --socket' | \
        'import --color' | \
        'export --format' | \
        'export --config' | \
        'export --domain' | \
        'export --socket' | \
        'export --color' | \
        'convert --to' | \
        'convert --from' | \
        'convert -o' | \
        'convert --output' | \
        'convert --role' | \
        'convert --end-user-prefix' | \
        'convert --dmr' | \
        'convert --br' | \
        'convert --socket' | \
        'convert --color' | \
        'completion --socket' | \
        'completion --color')
        index+=1 ;;
      *\ -*) ;;
      *) position+=1 ;;
    esac
    index+=1
  done
  case "$command $previous" in
    ' --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    ' --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'status --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'status --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'domains --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'domains --mode') COMPREPLY=($(compgen -W 'map-t map-e' -- "$current")); return ;;
    'domains --role') COMPREPLY=($(compgen -W 'br ce' -- "$current")); return ;;
    'domains --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'domains --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'rules --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'rules --mode') COMPREPLY=($(compgen -W 'map-t map-e' -- "$current")); return ;;
    'rules --role') COMPREPLY=($(compgen -W 'br ce' -- "$current")); return ;;
    'rules --limit') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'rules --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'rules --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'interfaces --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'interfaces --mode') COMPREPLY=($(compgen -W 'map-t map-e' -- "$current")); return ;;
    'interfaces --role') COMPREPLY=($(compgen -W 'br ce' -- "$current")); return ;;
    'interfaces --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'interfaces --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'statistics --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'statistics --mode') COMPREPLY=($(compgen -W 'map-t map-e' -- "$current")); return ;;
    'statistics --role') COMPREPLY=($(compgen -W 'br ce' -- "$current")); return ;;
    'statistics --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'statistics --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'statistics --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'counters --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'counters --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'counters --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'counters --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'show --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'show --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'show --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'config --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'config --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'config show --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'config show --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'config export --format') COMPREPLY=($(compgen -W 'rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos' -- "$current")); return ;;
    'config export --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'config export --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'config export --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'config export --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'log-level --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'log-level --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'reload --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'reload --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'drain --wait') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'drain --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'drain --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'undrain --hold') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'undrain --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'undrain --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'ready --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'ready --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'forward --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'forward --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'forward add --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'forward add --lifetime') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'forward add --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'forward add --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'forward del --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'forward del --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'forward del --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'forward list --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'forward list --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'forward list --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'ports --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'ports --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'ports --psid') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports --index') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports --port') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports --nth') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'ports --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'ports suggest --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports suggest --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'ports suggest --protocol') COMPREPLY=($(compgen -W 'tcp udp both' -- "$current")); return ;;
    'ports suggest --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'ports suggest --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'sessions --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'sessions --protocol') COMPREPLY=($(compgen -W 'tcp udp icmp' -- "$current")); return ;;
    'sessions --host') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'sessions --remote') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'sessions --port') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'sessions --state') COMPREPLY=($(compgen -W 'syn-sent half-open established fin-out fin-in closing reset' -- "$current")); return ;;
    'sessions --sort') COMPREPLY=($(compgen -W 'host port remaining remote' -- "$current")); return ;;
    'sessions --limit') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'sessions --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'sessions --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'top --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'top --by') COMPREPLY=($(compgen -W 'ports sessions' -- "$current")); return ;;
    'top --limit') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'top --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'top --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'explain --protocol') COMPREPLY=($(compgen -W 'tcp udp icmp gre esp sctp' -- "$current")); return ;;
    'explain --length') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'explain --ttl') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'explain --pcap') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'explain --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'explain --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'explain --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'explain --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'trace --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'trace --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'trace --duration') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'trace -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'trace --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'trace --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'trace --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'mirror --host') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'mirror --ce') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'mirror --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'mirror --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'mirror --duration') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'mirror -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'mirror --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'mirror --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'mirror --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'doctor --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'doctor --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --target') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --probe') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --responder') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'doctor --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'check --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'check-pcap --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check-pcap --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'check-pcap -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check-pcap --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check-pcap --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check-pcap --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'calc --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'calc --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'calc --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --ipv6') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --index') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --ea') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --ipv4') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --host') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --psid') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --port') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --first') COMPREPLY=($(compgen -W 'ce host psid port' -- "$current")); return ;;
    'calc --previous') COMPREPLY=($(compgen -W 'ce host psid port' -- "$current")); return ;;
    'calc --next') COMPREPLY=($(compgen -W 'ce host psid port' -- "$current")); return ;;
    'calc --last') COMPREPLY=($(compgen -W 'ce host psid port' -- "$current")); return ;;
    'calc --by') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --neighbours') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'calc --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'reverse --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'reverse --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'reverse --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'reverse --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'analyse --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'analyse --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'analyse --port') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'analyse --psid') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'analyse --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'analyse --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'dmr --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dmr --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'walk --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'walk --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'walk --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --index') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --mtu') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --protocol') COMPREPLY=($(compgen -W 'tcp udp icmp gre esp sctp' -- "$current")); return ;;
    'walk --length') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --ttl') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'walk --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'walk --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'spoof --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'spoof --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'spoof --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'spoof --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'spoof --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'spoof --index') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'spoof -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'spoof --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'spoof --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'spoof --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'list --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'list --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'list --from') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'list --count') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'list --format') COMPREPLY=($(compgen -W 'text csv ndjson' -- "$current")); return ;;
    'list --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'list --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'plan --subscribers') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --ports') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --ipv4') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --ipv6') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --delegated') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --contiguous') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'plan --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'plan solve --ipv6-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --ipv4-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --ea-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --end-user-prefix-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --psid-offset') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --psid-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --sharing-ratio') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --ports') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --contiguous') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'plan solve --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'plan solve --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'diff --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'diff --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'diff --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'diff --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'selftest --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'selftest --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'dhcp --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dhcp --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'dhcp encode --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dhcp encode --mode') COMPREPLY=($(compgen -W 'map-e map-t lw4o6' -- "$current")); return ;;
    'dhcp encode --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'dhcp encode --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'dhcp encode --psid') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'dhcp encode --psid-len') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'dhcp encode --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dhcp encode --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'dhcp decode --inside') COMPREPLY=($(compgen -W 'map-e map-t lw4o6' -- "$current")); return ;;
    'dhcp decode --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dhcp decode --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'lint --from') COMPREPLY=($(compgen -W 'mapd rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule' -- "$current")); return ;;
    'lint --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'lint --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'lint --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'import --from') COMPREPLY=($(compgen -W 'rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule' -- "$current")); return ;;
    'import -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --role') COMPREPLY=($(compgen -W 'ce br' -- "$current")); return ;;
    'import --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'export --format') COMPREPLY=($(compgen -W 'rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos' -- "$current")); return ;;
    'export --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'export --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'export --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'export --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'convert --to') COMPREPLY=($(compgen -W 'mapd rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos' -- "$current")); return ;;
    'convert --from') COMPREPLY=($(compgen -W 'mapd rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule' -- "$current")); return ;;
    'convert -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'convert --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'convert --role') COMPREPLY=($(compgen -W 'ce br' -- "$current")); return ;;
    'convert --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'convert --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'convert --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'convert --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'convert --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'completion --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'completion --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
  esac
  case $command in
    '')
      options='--version --socket --json --color --help'
      words='status domains rules interfaces statistics counters show config log-level reload drain undrain ready forward ports sessions top explain trace mirror doctor check check-pcap calc reverse analyse dmr walk spoof list plan diff selftest dhcp lint import export convert completion' ;;
    'status')
      options='--socket --json --color --help' ;;
    'domains')
      options='--domain --mode --role --socket --json --color --help' ;;
    'rules')
      options='--domain --mode --role --limit --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'interfaces')
      options='--domain --mode --role --socket --json --color --help' ;;
    'statistics')
      options='--domain --mode --role --watch --count --socket --json --color --help' ;;
    'counters')
      options='--domain --nonzero --explain --watch --count --socket --json --color --help' ;;
    'show')
      options='--watch --count --socket --json --color --help'
      case $position in
        *) words+=' map-e map-t map domain statistics interface name role' ;;
      esac ;;
    'config')
      options='--socket --json --color --help'
      words='show export' ;;
    'config show')
      options='--socket --json --color --help' ;;
    'config export')
      options='--format --config --domain --yang --socket --json --color --help' ;;
    'log-level')
      options='--socket --json --color --help'
      case $position in
        0) words+=' fatal error warn info debug trace silent' ;;
      esac ;;
    'reload')
      options='--dry-run --socket --json --color --help' ;;
    'drain')
      options='--wait --socket --json --color --help' ;;
    'undrain')
      options='--hold --socket --json --color --help' ;;
    'ready')
      options='--socket --json --color --help' ;;
    'forward')
      options='--socket --json --color --help'
      words='add del list' ;;
    'forward add')
      options='--domain --lifetime --socket --json --color --help'
      case $position in
        0) words+=' tcp udp both' ;;
        1) words+=' ' ;;
        2) words+=' ' ;;
      esac ;;
    'forward del')
      options='--domain --socket --json --color --help'
      case $position in
        0) words+=' tcp udp both' ;;
        1) words+=' ' ;;
      esac ;;
    'forward list')
      options='--domain --socket --json --color --help' ;;
    'ports')
      options='--domain --config --iid --psid --index --port --nth --socket --json --color --help'
      words='suggest'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'ports suggest')
      options='--domain --count --protocol --contiguous --socket --json --color --help' ;;
    'sessions')
      options='--domain --protocol --host --remote --port --state --sort --limit --socket --json --color --help' ;;
    'top')
      options='--domain --by --limit --socket --json --color --help' ;;
    'explain')
      options='--protocol --length --ttl --may-fragment --pcap --config --domain --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'trace')
      options='--domain --drops --count --duration --full -o --output --socket --json --color --help'
      case $position in
        *) words+=' host net ce port proto reason in out' ;;
      esac ;;
    'mirror')
      options='--host --ce --domain --count --duration -o --output --socket --json --color --help' ;;
    'doctor')
      options='--config --domain --target --probe --responder --socket --json --color --help' ;;
    'check')
      options='--socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'check-pcap')
      options='--config --domain -o --output --socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'calc')
      options='--config --iid --end-user-prefix --ipv6 --index --ea --ipv4 --host --psid --port --first --previous --next --last --by --neighbours --nat --bits --why --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'reverse')
      options='--config --iid --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'analyse')
      options='--config --iid --port --psid --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'dmr')
      options='--lengths --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'walk')
      options='--config --iid --dmr --br --end-user-prefix --index --mtu --protocol --length --ttl --may-fragment --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
        2) words+=' ' ;;
      esac ;;
    'spoof')
      options='--config --iid --dmr --br --end-user-prefix --index -o --output --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'list')
      options='--config --iid --from --count --format --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'plan')
      options='--subscribers --ports --ipv4 --ipv6 --delegated --contiguous --all --socket --json --color --help'
      words='solve' ;;
    'plan solve')
      options='--ipv6-len --ipv4-len --ea-len --end-user-prefix-len --psid-offset --psid-len --sharing-ratio --ports --contiguous --socket --json --color --help' ;;
    'diff')
      options='--config --iid --all --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'selftest')
      options='--socket --json --color --help' ;;
    'dhcp')
      options='--socket --json --color --help'
      words='encode decode' ;;
    'dhcp encode')
      options='--config --mode --dmr --br --fmr --psid --psid-len --kea --isc --socket --json --color --help'
      case $position in
        *) words+=' ' ;;
      esac ;;
    'dhcp decode')
      options='--inside --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
      esac ;;
    'lint')
      options='--from --end-user-prefix --strict --socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'import')
      options='--from -o --output --role --end-user-prefix --dmr --br --socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'export')
      options='--format --config --domain --socket --json --color --help' ;;
    'convert')
      options='--to --from -o --output --role --end-user-prefix --dmr --br --socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'completion')
      options='--socket --json --color --help'
      case $position in
        0) words+=' bash zsh fish' ;;
      esac ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $files ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _mapctl mapctl
