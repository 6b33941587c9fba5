# Completion of mapctl for fish: put it into ~/.config/fish/completions or /usr/share/fish/vendor_completions.d.
# Made by scripts/generate-docs.mjs from the table of mapctl's commands; edit the commands.

# True where the words typed so far lead to this command, and so many of its arguments are there.
function __mapctl_at
    set -l command ""
    set -l position 0
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
            continue
        end
        switch "$command $word"
            case ' status' ' domains' ' rules' ' interfaces' ' statistics' ' counters' ' show' ' config' ' log-level' ' reload' ' drain' ' undrain' ' ready' ' forward' ' ports' ' sessions' ' top' ' explain' ' trace' ' mirror' ' doctor' ' check' ' check-pcap' ' calc' ' reverse' ' analyse' ' dmr' ' walk' ' spoof' ' list' ' plan' ' diff' ' selftest' ' dhcp' ' lint' ' import' ' export' ' convert' ' completion' 'config show' 'config export' 'forward add' 'forward del' 'forward list' 'ports suggest' 'plan solve' 'dhcp encode' 'dhcp decode'
                set command (string trim "$command $word")
            case ' --socket' ' --color' 'status --socket' 'status --color' 'domains --domain' 'domains --mode' 'domains --role' 'domains --socket' 'domains --color' 'rules --domain' 'rules --mode' 'rules --role' 'rules --limit' 'rules --socket' 'rules --color' 'interfaces --domain' 'interfaces --mode' 'interfaces --role' 'interfaces --socket' 'interfaces --color' 'statistics --domain' 'statistics --mode' 'statistics --role' 'statistics --count' 'statistics --socket' 'statistics --color' 'counters --domain' 'counters --count' 'counters --socket' 'counters --color' 'show --count' 'show --socket' 'show --color' 'config --socket' 'config --color' 'config show --socket' 'config show --color' 'config export --format' 'config export --config' 'config export --domain' 'config export --socket' 'config export --color' 'log-level --socket' 'log-level --color' 'reload --socket' 'reload --color' 'drain --wait' 'drain --socket' 'drain --color' 'undrain --hold' 'undrain --socket' 'undrain --color' 'ready --socket' 'ready --color' 'forward --socket' 'forward --color' 'forward add --domain' 'forward add --lifetime' 'forward add --socket' 'forward add --color' 'forward del --domain' 'forward del --socket' 'forward del --color' 'forward list --domain' 'forward list --socket' 'forward list --color' 'ports --domain' 'ports --config' 'ports --iid' 'ports --psid' 'ports --index' 'ports --port' 'ports --nth' 'ports --socket' 'ports --color' 'ports suggest --domain' 'ports suggest --count' 'ports suggest --protocol' 'ports suggest --socket' 'ports suggest --color' 'sessions --domain' 'sessions --protocol' 'sessions --host' 'sessions --remote' 'sessions --port' 'sessions --state' 'sessions --sort' 'sessions --limit' 'sessions --socket' 'sessions --color' 'top --domain' 'top --by' 'top --limit' 'top --socket' 'top --color' 'explain --protocol' 'explain --length' 'explain --ttl' 'explain --pcap' 'explain --config' 'explain --domain' 'explain --socket' 'explain --color' 'trace --domain' 'trace --count' 'trace --duration' 'trace -o' 'trace --output' 'trace --socket' 'trace --color' 'mirror --host' 'mirror --ce' 'mirror --domain' 'mirror --count' 'mirror --duration' 'mirror -o' 'mirror --output' 'mirror --socket' 'mirror --color' 'doctor --config' 'doctor --domain' 'doctor --target' 'doctor --probe' 'doctor --responder' 'doctor --socket' 'doctor --color' 'check --socket' 'check --color' 'check-pcap --config' 'check-pcap --domain' 'check-pcap -o' 'check-pcap --output' 'check-pcap --socket' 'check-pcap --color' 'calc --config' 'calc --iid' 'calc --end-user-prefix' 'calc --ipv6' 'calc --index' 'calc --ea' 'calc --ipv4' 'calc --host' 'calc --psid' 'calc --port' 'calc --first' 'calc --previous' 'calc --next' 'calc --last' 'calc --by' 'calc --neighbours' 'calc --socket' 'calc --color' 'reverse --config' 'reverse --iid' 'reverse --socket' 'reverse --color' 'analyse --config' 'analyse --iid' 'analyse --port' 'analyse --psid' 'analyse --socket' 'analyse --color' 'dmr --socket' 'dmr --color' 'walk --config' 'walk --iid' 'walk --dmr' 'walk --br' 'walk --end-user-prefix' 'walk --index' 'walk --mtu' 'walk --protocol' 'walk --length' 'walk --ttl' 'walk --socket' 'walk --color' 'spoof --config' 'spoof --iid' 'spoof --dmr' 'spoof --br' 'spoof --end-user-prefix' 'spoof --index' 'spoof -o' 'spoof --output' 'spoof --socket' 'spoof --color' 'list --config' 'list --iid' 'list --from' 'list --count' 'list --format' 'list --socket' 'list --color' 'plan --subscribers' 'plan --ports' 'plan --ipv4' 'plan --ipv6' 'plan --delegated' 'plan --contiguous' 'plan --socket' 'plan --color' 'plan solve --ipv6-len' 'plan solve --ipv4-len' 'plan solve --ea-len' 'plan solve --end-user-prefix-len' 'plan solve --psid-offset' 'plan solve --psid-len' 'plan solve --sharing-ratio' 'plan solve --ports' 'plan solve --contiguous' 'plan solve --socket' 'plan solve --color' 'diff --config' 'diff --iid' 'diff --socket' 'diff --color' 'selftest --socket' 'selftest --color' 'dhcp --socket' 'dhcp --color' 'dhcp encode --config' 'dhcp encode --mode' 'dhcp encode --dmr' 'dhcp encode --br' 'dhcp encode --psid' 'dhcp encode --psid-len' 'dhcp encode --socket' 'dhcp encode --color' 'dhcp decode --inside' 'dhcp decode --socket' 'dhcp decode --color' 'lint --from' 'lint --end-user-prefix' 'lint --socket' 'lint --color' 'import --from' 'import -o' 'import --output' 'import --role' 'import --end-user-prefix' 'import --dmr' 'import --br' 'import --socket' 'import --color' 'export --format' 'export --config' 'export --domain' 'export --socket' 'export --color' 'convert --to' 'convert --from' 'convert -o' 'convert --output' 'convert --role' 'convert --end-user-prefix' 'convert --dmr' 'convert --br' 'convert --socket' 'convert --color' 'completion --socket' 'completion --color'
                set skip 1
            case '* -*'
            case '*'
                set position (math $position + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; and return 0
    test $argv[2] = '*'; or test $position = $argv[2]
end

complete -c mapctl -f
complete -c mapctl -n '__mapctl_at "" 0' -a status -d 'Show what the running mapd does: domains, addresses, traffic, readiness'
complete -c mapctl -n '__mapctl_at "" 0' -a domains -d 'Show each domain with its rules, the values that follow, and who the CE is'
complete -c mapctl -n '__mapctl_at "" 0' -a rules -d 'Show the mapping rules of the running mapd, a line each, with their hits where counted'
complete -c mapctl -n '__mapctl_at "" 0' -a interfaces -d 'Show which device carries which side of which domain, with addresses and MTU'
complete -c mapctl -n '__mapctl_at "" 0' -a statistics -d 'Show packets and bytes each way, hits of the rules and drops by cause'
complete -c mapctl -n '__mapctl_at "" 0' -a counters -d 'Show every counter and drop reason of the running mapd'
complete -c mapctl -n '__mapctl_at "" 0' -a show -d 'Show a domain, its statistics or its interface in the words of a vendor\'s guide'
complete -c mapctl -n '__mapctl_at "" 0' -a config -d 'The configuration in force: show, export'
complete -c mapctl -n '__mapctl_at "" 0' -a log-level -d 'Show or change the level of the log; a reload sets it to the configuration\'s again'
complete -c mapctl -n '__mapctl_at "" 0' -a reload -d 'Read the configuration file again, all of it or nothing; sessions and counters are kept'
complete -c mapctl -n '__mapctl_at "" 0' -a drain -d 'Withdraw the announcement and keep forwarding, so that mapd can be stopped without loss'
complete -c mapctl -n '__mapctl_at "" 0' -a undrain -d 'End a drain: announce again what is in order'
complete -c mapctl -n '__mapctl_at "" 0' -a ready -d 'Say whether mapd should get packets; exit status 4 where it should not'
complete -c mapctl -n '__mapctl_at "" 0' -a forward -d 'Ports that belong to a server on the LAN: add, del, list'
complete -c mapctl -n '__mapctl_at "" 0' -a ports -d 'Show what the port set is used for, by protocol and by block; with RULE, a port set'
complete -c mapctl -n '__mapctl_at "" 0' -a sessions -d 'Show the sessions of NAT44'
complete -c mapctl -n '__mapctl_at "" 0' -a top -d 'Show the LAN hosts that hold the most ports or sessions'
complete -c mapctl -n '__mapctl_at "" 0' -a explain -d 'Say what becomes of a packet and why: domain, rule, headers, MTU, the check that drops it'
complete -c mapctl -n '__mapctl_at "" 0' -a trace -d 'Show packets as they pass, before and after, with verdict and rule'
complete -c mapctl -n '__mapctl_at "" 0' -a mirror -d 'Show every packet of one subscriber, whole'
complete -c mapctl -n '__mapctl_at "" 0' -a doctor -d 'Find what keeps packets from passing, with evidence and the command that mends it'
complete -c mapctl -n '__mapctl_at "" 0' -a check -d 'Validate a configuration file'
complete -c mapctl -n '__mapctl_at "" 0' -a check-pcap -d 'Send the packets of a capture through a domain, without a device: packets out, verdicts, counters'
complete -c mapctl -n '__mapctl_at "" 0' -a calc -d 'Show what follows from a rule, and from one of its CEs'
complete -c mapctl -n '__mapctl_at "" 0' -a reverse -d 'Show which CE gets packets to an IPv4 address and port'
complete -c mapctl -n '__mapctl_at "" 0' -a analyse -d 'Show what an IPv6 address says under a rule, and whether it is consistent'
complete -c mapctl -n '__mapctl_at "" 0' -a dmr -d 'Put an IPv4 address behind a DMR prefix, or take it out'
complete -c mapctl -n '__mapctl_at "" 0' -a walk -d 'Follow a packet from a LAN host through CE and BR to the Internet, and the answer back'
complete -c mapctl -n '__mapctl_at "" 0' -a spoof -d 'Make packets to try a border relay with: a CE\'s own, and those that it must not send'
complete -c mapctl -n '__mapctl_at "" 0' -a list -d 'List the CEs of a rule: index, IPv4, PSID, prefixes, MAP address and first ports'
complete -c mapctl -n '__mapctl_at "" 0' -a plan -d 'Find rules for so many subscribers and ports out of IPv4 pools and an IPv6 block'
complete -c mapctl -n '__mapctl_at "" 0' -a diff -d 'Compare two rules, or two files of rules: what changes, and for how many CEs'
complete -c mapctl -n '__mapctl_at "" 0' -a selftest -d 'Calculate every worked example of RFC 7597, RFC 7599 and RFC 6052 anew'
complete -c mapctl -n '__mapctl_at "" 0' -a dhcp -d 'Rules as DHCPv6 options (RFC 7598), and back: encode, decode'
complete -c mapctl -n '__mapctl_at "" 0' -a lint -d 'Find what is wrong, or probably not meant, with rules in any format'
complete -c mapctl -n '__mapctl_at "" 0' -a import -d 'Turn another MAP program\'s configuration into one for mapd'
complete -c mapctl -n '__mapctl_at "" 0' -a export -d 'Write rules and domains in another MAP program\'s words'
complete -c mapctl -n '__mapctl_at "" 0' -a convert -d 'Turn rules and domains from one program\'s words into another\'s'
complete -c mapctl -n '__mapctl_at "" 0' -a completion -d 'Print what a shell needs to complete mapctl\'s command lines'
complete -c mapctl -n '__mapctl_at ""' -l version -d 'show the version'
complete -c mapctl -n '__mapctl_at ""' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at ""' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at ""' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at ""' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "status"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "status"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "status"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "status"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "domains"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "domains"' -l mode -d 'only map-t or map-e' -x -a 'map-t map-e'
complete -c mapctl -n '__mapctl_at "domains"' -l role -d 'only br or ce' -x -a 'br ce'
complete -c mapctl -n '__mapctl_at "domains"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "domains"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "domains"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "domains"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "rules"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "rules"' -l mode -d 'only map-t or map-e' -x -a 'map-t map-e'
complete -c mapctl -n '__mapctl_at "rules"' -l role -d 'only br or ce' -x -a 'br ce'
complete -c mapctl -n '__mapctl_at "rules"' -l limit -d 'how many; 1000 if left out, 0 for all' -x
complete -c mapctl -n '__mapctl_at "rules"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "rules"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "rules"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "rules"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "interfaces"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "interfaces"' -l mode -d 'only map-t or map-e' -x -a 'map-t map-e'
complete -c mapctl -n '__mapctl_at "interfaces"' -l role -d 'only br or ce' -x -a 'br ce'
complete -c mapctl -n '__mapctl_at "interfaces"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "interfaces"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "interfaces"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "interfaces"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "statistics"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "statistics"' -l mode -d 'only map-t or map-e' -x -a 'map-t map-e'
complete -c mapctl -n '__mapctl_at "statistics"' -l role -d 'only br or ce' -x -a 'br ce'
complete -c mapctl -n '__mapctl_at "statistics"' -l watch -d 'again every so many seconds, 2 if left out, with rates; --json: a document a line'
complete -c mapctl -n '__mapctl_at "statistics"' -l count -d 'with --watch: end after so many answers' -x
complete -c mapctl -n '__mapctl_at "statistics"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "statistics"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "statistics"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "statistics"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "counters"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "counters"' -l nonzero -d 'leave out what is 0'
complete -c mapctl -n '__mapctl_at "counters"' -l explain -d 'say what each counter and reason means, and what to do'
complete -c mapctl -n '__mapctl_at "counters"' -l watch -d 'again every so many seconds, 2 if left out, with rates; --json: a document a line'
complete -c mapctl -n '__mapctl_at "counters"' -l count -d 'with --watch: end after so many answers' -x
complete -c mapctl -n '__mapctl_at "counters"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "counters"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "counters"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "counters"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "show"' -l watch -d 'again every so many seconds, 2 if left out, with rates; --json: a document a line'
complete -c mapctl -n '__mapctl_at "show"' -l count -d 'with --watch: end after so many answers' -x
complete -c mapctl -n '__mapctl_at "show"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "show"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "show"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "show"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "show" "*"' -a 'map-e map-t map domain statistics interface name role'
complete -c mapctl -n '__mapctl_at "config" 0' -a show -d 'Show the configuration in force, with every default; mapd takes it as a file again'
complete -c mapctl -n '__mapctl_at "config" 0' -a export -d 'Write the configuration in another MAP program\'s words'
complete -c mapctl -n '__mapctl_at "config"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "config"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "config"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "config"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "config show"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "config show"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "config show"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "config show"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "config export"' -l format -d 'whose words' -x -a 'rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos'
complete -c mapctl -n '__mapctl_at "config export"' -l config -d 'configuration; without it the running daemon\'s' -rF
complete -c mapctl -n '__mapctl_at "config export"' -l domain -d 'this domain alone' -x
complete -c mapctl -n '__mapctl_at "config export"' -l yang -d 'RFC 8676 as JSON: --format rfc8676'
complete -c mapctl -n '__mapctl_at "config export"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "config export"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "config export"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "config export"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "log-level"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "log-level"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "log-level"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "log-level"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "log-level" "0"' -a 'fatal error warn info debug trace silent'
complete -c mapctl -n '__mapctl_at "reload"' -l dry-run -d 'change nothing, but show key by key what differs from the configuration in force, and what needs a restart'
complete -c mapctl -n '__mapctl_at "reload"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "reload"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "reload"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "reload"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "drain"' -l wait -d 'until fewer than ten packets a second come, but no longer than this; exit status 1 where they still come then' -x
complete -c mapctl -n '__mapctl_at "drain"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "drain"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "drain"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "drain"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "undrain"' -l hold -d 'after this time; without it, at once' -x
complete -c mapctl -n '__mapctl_at "undrain"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "undrain"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "undrain"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "undrain"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "ready"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "ready"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "ready"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "ready"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "forward" 0' -a add -d 'Forward a port of the set to a server on the LAN, now and without a reload'
complete -c mapctl -n '__mapctl_at "forward" 0' -a del -d 'Delete a forward that mapctl or a LAN host made'
complete -c mapctl -n '__mapctl_at "forward" 0' -a list -d 'Show every forward: of the configuration, of mapctl, and of LAN hosts (PCP, NAT-PMP)'
complete -c mapctl -n '__mapctl_at "forward"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "forward"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "forward"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "forward"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "forward add"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "forward add"' -l lifetime -d 'it ends by itself; else it stays until it is deleted, or mapd ends without a state-file' -x
complete -c mapctl -n '__mapctl_at "forward add"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "forward add"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "forward add"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "forward add"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "forward add" "0"' -a 'tcp udp both'
complete -c mapctl -n '__mapctl_at "forward del"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "forward del"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "forward del"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "forward del"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "forward del"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "forward del" "0"' -a 'tcp udp both'
complete -c mapctl -n '__mapctl_at "forward list"' -l domain -d 'only of this CE domain' -x
complete -c mapctl -n '__mapctl_at "forward list"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "forward list"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "forward list"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "forward list"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "ports" 0' -a suggest -d 'Show free ports that are good for servers, and the line that reserves them'
complete -c mapctl -n '__mapctl_at "ports"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "ports"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "ports"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "ports"' -l psid -d 'with RULE: the ports of this PSID' -x
complete -c mapctl -n '__mapctl_at "ports"' -l index -d 'with RULE: the ports of the CE with these EA bits' -x
complete -c mapctl -n '__mapctl_at "ports"' -l port -d 'with RULE: the ports of the PSID that has this one' -x
complete -c mapctl -n '__mapctl_at "ports"' -l nth -d 'with RULE: the port with this number, from 0' -x
complete -c mapctl -n '__mapctl_at "ports"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "ports"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "ports"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "ports"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "ports suggest"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "ports suggest"' -l count -d 'how many; 1 if left out' -x
complete -c mapctl -n '__mapctl_at "ports suggest"' -l protocol -d 'what they are to be free for; both if left out' -x -a 'tcp udp both'
complete -c mapctl -n '__mapctl_at "ports suggest"' -l contiguous -d 'one run of numbers; else spread over the blocks'
complete -c mapctl -n '__mapctl_at "ports suggest"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "ports suggest"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "ports suggest"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "ports suggest"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "sessions"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "sessions"' -l protocol -d 'only this protocol' -x -a 'tcp udp icmp'
complete -c mapctl -n '__mapctl_at "sessions"' -l host -d 'only of this LAN host' -x
complete -c mapctl -n '__mapctl_at "sessions"' -l remote -d 'only with this remote end; a session that lets any in (*) is among them' -x
complete -c mapctl -n '__mapctl_at "sessions"' -l port -d 'only through this external port' -x
complete -c mapctl -n '__mapctl_at "sessions"' -l state -d 'only TCP in this state' -x -a 'syn-sent half-open established fin-out fin-in closing reset'
complete -c mapctl -n '__mapctl_at "sessions"' -l sort -d 'order; host if left out' -x -a 'host port remaining remote'
complete -c mapctl -n '__mapctl_at "sessions"' -l limit -d 'how many at most; 1000 if left out, 0 for all' -x
complete -c mapctl -n '__mapctl_at "sessions"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "sessions"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "sessions"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "sessions"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "top"' -l domain -d 'CE domain; needed where several have NAT44' -x
complete -c mapctl -n '__mapctl_at "top"' -l by -d 'what counts; ports if left out' -x -a 'ports sessions'
complete -c mapctl -n '__mapctl_at "top"' -l limit -d 'how many hosts; 10 if left out, 0 for all' -x
complete -c mapctl -n '__mapctl_at "top"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "top"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "top"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "top"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "explain"' -l protocol -d 'tcp, udp, icmp, gre, esp, sctp (icmp is echo) or a number; default tcp' -x -a 'tcp udp icmp gre esp sctp'
complete -c mapctl -n '__mapctl_at "explain"' -l length -d 'of the packet, in a tunnel of the one inside' -x
complete -c mapctl -n '__mapctl_at "explain"' -l ttl -d 'TTL or hop limit; default 64' -x
complete -c mapctl -n '__mapctl_at "explain"' -l may-fragment -d 'the packet has no DF'
complete -c mapctl -n '__mapctl_at "explain"' -l pcap -d 'explain each packet of a capture instead' -rF
complete -c mapctl -n '__mapctl_at "explain"' -l config -d 'configuration; without it the running daemon\'s' -rF
complete -c mapctl -n '__mapctl_at "explain"' -l domain -d 'domain; without it those that know the addresses' -x
complete -c mapctl -n '__mapctl_at "explain"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "explain"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "explain"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "explain"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "trace"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "trace"' -l drops -d 'only packets that are dropped, which costs the others least'
complete -c mapctl -n '__mapctl_at "trace"' -l count -d 'end after so many packets' -x
complete -c mapctl -n '__mapctl_at "trace"' -l duration -d 'end after so long' -x
complete -c mapctl -n '__mapctl_at "trace"' -l full -d 'whole packets, not their first 256 bytes'
complete -c mapctl -n '__mapctl_at "trace"' -s o -l output -d 'pcapng to write instead of lines, - for standard output: Wireshark shows verdicts as comments' -rF
complete -c mapctl -n '__mapctl_at "trace"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "trace"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "trace"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "trace"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "trace" "*"' -a 'host net ce port proto reason in out'
complete -c mapctl -n '__mapctl_at "mirror"' -l host -d 'host of a CE\'s LAN; or IPV4:PORT on a border relay, for the CE that it belongs to' -x
complete -c mapctl -n '__mapctl_at "mirror"' -l ce -d 'CE by its IPv6 prefix or MAP address' -x
complete -c mapctl -n '__mapctl_at "mirror"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "mirror"' -l count -d 'end after so many packets' -x
complete -c mapctl -n '__mapctl_at "mirror"' -l duration -d 'end after so long' -x
complete -c mapctl -n '__mapctl_at "mirror"' -s o -l output -d 'pcapng to write instead of lines, - for standard output: Wireshark shows verdicts as comments' -rF
complete -c mapctl -n '__mapctl_at "mirror"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "mirror"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "mirror"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "mirror"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "doctor"' -l config -d 'this configuration; also where no mapd runs' -rF
complete -c mapctl -n '__mapctl_at "doctor"' -l domain -d 'only this domain' -x
complete -c mapctl -n '__mapctl_at "doctor"' -l target -d 'IPv4 host behind the border relay that answers ping' -x
complete -c mapctl -n '__mapctl_at "doctor"' -l probe -d 'where a responder runs: try every block of the port set' -x
complete -c mapctl -n '__mapctl_at "doctor"' -l responder -d 'be that responder, until interrupted' -x
complete -c mapctl -n '__mapctl_at "doctor"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "doctor"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "doctor"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "doctor"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "check"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "check"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "check"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "check"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "check" "0"' -F
complete -c mapctl -n '__mapctl_at "check-pcap"' -l config -d 'configuration; needed, as no daemon is asked' -rF
complete -c mapctl -n '__mapctl_at "check-pcap"' -l domain -d 'domain; needed where there are several' -x
complete -c mapctl -n '__mapctl_at "check-pcap"' -s o -l output -d 'pcapng to write: every packet out, and every dropped one, with its verdict as a comment' -rF
complete -c mapctl -n '__mapctl_at "check-pcap"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "check-pcap"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "check-pcap"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "check-pcap"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "check-pcap" "0"' -F
complete -c mapctl -n '__mapctl_at "calc"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "calc"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "calc"' -l end-user-prefix -d 'the CE with this delegated IPv6 prefix' -x
complete -c mapctl -n '__mapctl_at "calc"' -l ipv6 -d 'the CE with this IPv6 address' -x
complete -c mapctl -n '__mapctl_at "calc"' -l index -d 'the CE with these EA bits, as a number' -x
complete -c mapctl -n '__mapctl_at "calc"' -l ea -d 'the same; 0x1234 is a number, too' -x
complete -c mapctl -n '__mapctl_at "calc"' -l ipv4 -d 'the CE with this IPv4 address' -x
complete -c mapctl -n '__mapctl_at "calc"' -l host -d 'the CE with this IPv4 suffix, counted from the rule\'s first' -x
complete -c mapctl -n '__mapctl_at "calc"' -l psid -d 'with --ipv4 or --host: the CE\'s PSID' -x
complete -c mapctl -n '__mapctl_at "calc"' -l port -d 'with --ipv4 or --host: a port of the CE' -x
complete -c mapctl -n '__mapctl_at "calc"' -l first -d 'the first of these instead' -x -a 'ce host psid port'
complete -c mapctl -n '__mapctl_at "calc"' -l previous -d 'the one before instead' -x -a 'ce host psid port'
complete -c mapctl -n '__mapctl_at "calc"' -l next -d 'the one behind instead' -x -a 'ce host psid port'
complete -c mapctl -n '__mapctl_at "calc"' -l last -d 'the last one instead' -x -a 'ce host psid port'
complete -c mapctl -n '__mapctl_at "calc"' -l by -d 'with --previous and --next: so many; 1 if left out' -x
complete -c mapctl -n '__mapctl_at "calc"' -l neighbours -d 'list so many of the CEs on the same address' -x
complete -c mapctl -n '__mapctl_at "calc"' -l nat -d 'print the CE\'s ports alone: ADDRESS:FIRST-LAST a line, or a ruleset of nftables'
complete -c mapctl -n '__mapctl_at "calc"' -l bits -d 'show prefixes, addresses and port bit by bit'
complete -c mapctl -n '__mapctl_at "calc"' -l why -d 'show every number with its formula and its RFC section'
complete -c mapctl -n '__mapctl_at "calc"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "calc"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "calc"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "calc"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "reverse"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "reverse"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "reverse"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "reverse"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "reverse"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "reverse"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "analyse"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "analyse"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "analyse"' -l port -d 'port that came with it' -x
complete -c mapctl -n '__mapctl_at "analyse"' -l psid -d 'PSID that the CE is said to have' -x
complete -c mapctl -n '__mapctl_at "analyse"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "analyse"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "analyse"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "analyse"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "dmr"' -l lengths -d 'show it behind each of the six lengths of RFC 6052 §2.2'
complete -c mapctl -n '__mapctl_at "dmr"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "dmr"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "dmr"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "dmr"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "walk"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "walk"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "walk"' -l dmr -d 'MAP-T with this DMR prefix; default 2001:db8:ffff::/64' -x
complete -c mapctl -n '__mapctl_at "walk"' -l br -d 'MAP-E with this BR address' -x
complete -c mapctl -n '__mapctl_at "walk"' -l end-user-prefix -d 'the CE; default the rule\'s first' -x
complete -c mapctl -n '__mapctl_at "walk"' -l index -d 'the CE with these EA bits, as a number' -x
complete -c mapctl -n '__mapctl_at "walk"' -l mtu -d 'of the provider\'s IPv6 network; default 1500' -x
complete -c mapctl -n '__mapctl_at "walk"' -l protocol -d 'tcp, udp, icmp, gre, esp, sctp (icmp is echo) or a number; default tcp' -x -a 'tcp udp icmp gre esp sctp'
complete -c mapctl -n '__mapctl_at "walk"' -l length -d 'of the packet, in a tunnel of the one inside' -x
complete -c mapctl -n '__mapctl_at "walk"' -l ttl -d 'TTL or hop limit; default 64' -x
complete -c mapctl -n '__mapctl_at "walk"' -l may-fragment -d 'the packet has no DF'
complete -c mapctl -n '__mapctl_at "walk"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "walk"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "walk"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "walk"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "spoof"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "spoof"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "spoof"' -l dmr -d 'MAP-T with this DMR prefix; default 2001:db8:ffff::/64' -x
complete -c mapctl -n '__mapctl_at "spoof"' -l br -d 'MAP-E with this BR address' -x
complete -c mapctl -n '__mapctl_at "spoof"' -l end-user-prefix -d 'the CE; default the rule\'s first' -x
complete -c mapctl -n '__mapctl_at "spoof"' -l index -d 'the CE with these EA bits, as a number' -x
complete -c mapctl -n '__mapctl_at "spoof"' -s o -l output -d 'pcapng to write, which must not exist yet; each packet says what is wrong' -rF
complete -c mapctl -n '__mapctl_at "spoof"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "spoof"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "spoof"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "spoof"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "list"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "list"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "list"' -l from -d 'index (EA bits) of the first row; 0 if left out' -x
complete -c mapctl -n '__mapctl_at "list"' -l count -d 'how many rows; all if left out' -x
complete -c mapctl -n '__mapctl_at "list"' -l format -d 'text if left out' -x -a 'text csv ndjson'
complete -c mapctl -n '__mapctl_at "list"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "list"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "list"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "list"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "plan" 0' -a solve -d 'Find EA length, PSID offset and PSID length from whichever lengths and wishes are known'
complete -c mapctl -n '__mapctl_at "plan"' -l subscribers -d 'CEs to serve; required' -x
complete -c mapctl -n '__mapctl_at "plan"' -l ports -d 'ports for each of them, at least; required' -x
complete -c mapctl -n '__mapctl_at "plan"' -l ipv4 -d 'IPv4 pools, with commas between them; required' -x
complete -c mapctl -n '__mapctl_at "plan"' -l ipv6 -d 'IPv6 block for the rules; required' -x
complete -c mapctl -n '__mapctl_at "plan"' -l delegated -d 'lengths that the server may delegate; 48,52,56,60,62,64 if left out' -x
complete -c mapctl -n '__mapctl_at "plan"' -l contiguous -d 'ports of each range, at least; 1 if left out' -x
complete -c mapctl -n '__mapctl_at "plan"' -l all -d 'every choice, not the best 12 only'
complete -c mapctl -n '__mapctl_at "plan"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "plan"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "plan"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "plan"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "plan solve"' -l ipv6-len -d 'rule IPv6 prefix, n' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l ipv4-len -d 'rule IPv4 prefix, r' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l ea-len -d 'EA length, o' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l end-user-prefix-len -d 'n + o' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l psid-offset -d 'a' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l psid-len -d 'k' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l sharing-ratio -d 'CEs on an address, 2^k' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l ports -d 'ports of a CE, at least' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l contiguous -d 'ports of a range, at least' -x
complete -c mapctl -n '__mapctl_at "plan solve"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "plan solve"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "plan solve"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "plan solve"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "diff"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "diff"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "diff"' -l all -d 'show equal values, too'
complete -c mapctl -n '__mapctl_at "diff"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "diff"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "diff"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "diff"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "selftest"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "selftest"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "selftest"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "selftest"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "dhcp" 0' -a encode -d 'Write rules as DHCPv6 options (RFC 7598), octet by octet'
complete -c mapctl -n '__mapctl_at "dhcp" 0' -a decode -d 'Explain DHCPv6 options octet by octet, and name every trap in them'
complete -c mapctl -n '__mapctl_at "dhcp"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "dhcp"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "dhcp"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "dhcp"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l mode -d 'whose container; without it MAP-T with --dmr, else MAP-E' -x -a 'map-e map-t lw4o6'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l dmr -d 'MAP-T: the DMR prefix' -x
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l br -d 'MAP-E, lw4o6: BR addresses, apart by commas' -x
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l fmr -d 'the rules are forwarding mapping rules, too (mesh)'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l psid -d 'PSID of a 1:1 rule, whose EA length is 0' -x
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l psid-len -d 'with --psid: its bits' -x
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l kea -d 'print option-data for Kea'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l isc -d 'print lines for ISC dhcpd'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "dhcp encode"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "dhcp decode"' -l inside -d 'the octets are the inside of this mode\'s container, as hooks of clients get it' -x -a 'map-e map-t lw4o6'
complete -c mapctl -n '__mapctl_at "dhcp decode"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "dhcp decode"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "dhcp decode"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "dhcp decode"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "lint"' -l from -d 'the format, where it is not recognised' -x -a 'mapd rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule'
complete -c mapctl -n '__mapctl_at "lint"' -l end-user-prefix -d 'find the rule of this delegated prefix' -x
complete -c mapctl -n '__mapctl_at "lint"' -l strict -d 'status 1 where there are warnings'
complete -c mapctl -n '__mapctl_at "lint"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "lint"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "lint"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "lint"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "lint" "0"' -F
complete -c mapctl -n '__mapctl_at "import"' -l from -d 'its format, where it is not recognised' -x -a 'rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule'
complete -c mapctl -n '__mapctl_at "import"' -s o -l output -d 'file to write, which must not exist yet' -rF
complete -c mapctl -n '__mapctl_at "import"' -l role -d 'role of the domains' -x -a 'ce br'
complete -c mapctl -n '__mapctl_at "import"' -l end-user-prefix -d 'IPv6 prefix delegated to the CE' -x
complete -c mapctl -n '__mapctl_at "import"' -l dmr -d 'MAP-T: the DMR prefix, where the source has none' -x
complete -c mapctl -n '__mapctl_at "import"' -l br -d 'MAP-E: the BR\'s address, where the source has none' -x
complete -c mapctl -n '__mapctl_at "import"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "import"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "import"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "import"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "import" "0"' -F
complete -c mapctl -n '__mapctl_at "export"' -l format -d 'whose words' -x -a 'rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos'
complete -c mapctl -n '__mapctl_at "export"' -l config -d 'configuration; without it the running daemon\'s' -rF
complete -c mapctl -n '__mapctl_at "export"' -l domain -d 'this domain alone' -x
complete -c mapctl -n '__mapctl_at "export"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "export"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "export"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "export"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "convert"' -l to -d 'whose words; mapd: a configuration' -x -a 'mapd rfc8676 uci mapcalc vpp jool nat46 rule-string rule csv map-rules hb46pp dhcp asternos'
complete -c mapctl -n '__mapctl_at "convert"' -l from -d 'the source\'s format, where it is not recognised' -x -a 'mapd rfc8676 map-rules hb46pp jool asternos vpp nat46 uci rule-string mapcalc csv dhcp rule'
complete -c mapctl -n '__mapctl_at "convert"' -s o -l output -d 'file to write, which must not exist yet' -rF
complete -c mapctl -n '__mapctl_at "convert"' -l role -d 'role of the domains' -x -a 'ce br'
complete -c mapctl -n '__mapctl_at "convert"' -l end-user-prefix -d 'IPv6 prefix delegated to the CE' -x
complete -c mapctl -n '__mapctl_at "convert"' -l dmr -d 'MAP-T: the DMR prefix, where the source has none' -x
complete -c mapctl -n '__mapctl_at "convert"' -l br -d 'MAP-E: the BR\'s address, where the source has none' -x
complete -c mapctl -n '__mapctl_at "convert"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "convert"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "convert"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "convert"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "convert" "0"' -F
complete -c mapctl -n '__mapctl_at "completion"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "completion"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "completion"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "completion"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "completion" "0"' -a 'bash zsh fish'
