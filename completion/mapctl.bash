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
        ' doctor' | \
        ' check' | \
        ' calc' | \
        ' reverse' | \
        ' analyse' | \
        ' dmr' | \
        ' import' | \
        ' export' | \
        ' completion' | \
        'config show' | \
        'config export' | \
        'forward add' | \
        'forward del' | \
        'forward list' | \
        'ports suggest')
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
        'doctor --config' | \
        'doctor --domain' | \
        'doctor --target' | \
        'doctor --probe' | \
        'doctor --responder' | \
        'doctor --socket' | \
        'doctor --color' | \
        'check --socket' | \
        'check --color' | \
        'calc --config' | \
        'calc --iid' | \
        'calc --end-user-prefix' | \
        'calc --index' | \
        'calc --ipv4' | \
        'calc --psid' | \
        'calc --socket' | \
        'calc --color' | \
        'reverse --config' | \
        'reverse --iid' | \
        'reverse --socket' | \
        'reverse --color' | \
        'analyse --config' | \
        'analyse --iid' | \
        'analyse --port' | \
        'analyse --socket' | \
        'analyse --color' | \
        'dmr --socket' | \
        'dmr --color' | \
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
    'config export --format') COMPREPLY=($(compgen -W 'rfc8676 uci vpp jool nat46 rule-string asternos' -- "$current")); return ;;
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
    'doctor --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'doctor --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --target') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --probe') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --responder') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'doctor --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'doctor --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'check --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'check --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'calc --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'calc --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'calc --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --index') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --ipv4') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --psid') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'calc --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'calc --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'reverse --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'reverse --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'reverse --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'reverse --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'analyse --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'analyse --iid') COMPREPLY=($(compgen -W 'rfc7597 draft-03' -- "$current")); return ;;
    'analyse --port') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'analyse --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'analyse --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'dmr --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'dmr --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'import --from') COMPREPLY=($(compgen -W 'rfc8676 hb46pp jool asternos vpp nat46 uci rule-string mapcalc' -- "$current")); return ;;
    'import -o') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --output') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --role') COMPREPLY=($(compgen -W 'ce br' -- "$current")); return ;;
    'import --end-user-prefix') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --dmr') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --br') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'import --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'import --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'export --format') COMPREPLY=($(compgen -W 'rfc8676 uci vpp jool nat46 rule-string asternos' -- "$current")); return ;;
    'export --config') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'export --domain') COMPREPLY=($(compgen -W '' -- "$current")); return ;;
    'export --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'export --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
    'completion --socket') COMPREPLY=($(compgen -f -- "$current")); return ;;
    'completion --color') COMPREPLY=($(compgen -W 'auto always never' -- "$current")); return ;;
  esac
  case $command in
    '')
      options='--version --socket --json --color --help'
      words='status domains rules interfaces statistics counters show config log-level reload drain undrain ready forward ports sessions top doctor check calc reverse analyse dmr import export completion' ;;
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
      options='--domain --socket --json --color --help'
      words='suggest' ;;
    'ports suggest')
      options='--domain --count --protocol --contiguous --socket --json --color --help' ;;
    'sessions')
      options='--domain --protocol --host --remote --port --state --sort --limit --socket --json --color --help' ;;
    'top')
      options='--domain --by --limit --socket --json --color --help' ;;
    'doctor')
      options='--config --domain --target --probe --responder --socket --json --color --help' ;;
    'check')
      options='--socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'calc')
      options='--config --iid --end-user-prefix --index --ipv4 --psid --socket --json --color --help'
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
      options='--config --iid --port --socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'dmr')
      options='--socket --json --color --help'
      case $position in
        0) words+=' ' ;;
        1) words+=' ' ;;
      esac ;;
    'import')
      options='--from -o --output --role --end-user-prefix --dmr --br --socket --json --color --help'
      case $position in
        0) files=1 ;;
      esac ;;
    'export')
      options='--format --config --domain --socket --json --color --help' ;;
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
