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
            case ' status' ' domains' ' rules' ' interfaces' ' statistics' ' counters' ' show' ' config' ' log-level' ' reload' ' drain' ' undrain' ' ready' ' forward' ' ports' ' sessions' ' top' ' doctor' ' check' ' calc' ' reverse' ' analyse' ' dmr' ' import' ' export' ' completion' 'config show' 'config export' 'forward add' 'forward del' 'forward list' 'ports suggest'
                set command (string trim "$command $word")
            case ' --socket' ' --color' 'status --socket' 'status --color' 'domains --domain' 'domains --mode' 'domains --role' 'domains --socket' 'domains --color' 'rules --domain' 'rules --mode' 'rules --role' 'rules --limit' 'rules --socket' 'rules --color' 'interfaces --domain' 'interfaces --mode' 'interfaces --role' 'interfaces --socket' 'interfaces --color' 'statistics --domain' 'statistics --mode' 'statistics --role' 'statistics --count' 'statistics --socket' 'statistics --color' 'counters --domain' 'counters --count' 'counters --socket' 'counters --color' 'show --count' 'show --socket' 'show --color' 'config --socket' 'config --color' 'config show --socket' 'config show --color' 'config export --format' 'config export --config' 'config export --domain' 'config export --socket' 'config export --color' 'log-level --socket' 'log-level --color' 'reload --socket' 'reload --color' 'drain --wait' 'drain --socket' 'drain --color' 'undrain --hold' 'undrain --socket' 'undrain --color' 'ready --socket' 'ready --color' 'forward --socket' 'forward --color' 'forward add --domain' 'forward add --lifetime' 'forward add --socket' 'forward add --color' 'forward del --domain' 'forward del --socket' 'forward del --color' 'forward list --domain' 'forward list --socket' 'forward list --color' 'ports --domain' 'ports --socket' 'ports --color' 'ports suggest --domain' 'ports suggest --count' 'ports suggest --protocol' 'ports suggest --socket' 'ports suggest --color' 'sessions --domain' 'sessions --protocol' 'sessions --host' 'sessions --remote' 'sessions --port' 'sessions --state' 'sessions --sort' 'sessions --limit' 'sessions --socket' 'sessions --color' 'top --domain' 'top --by' 'top --limit' 'top --socket' 'top --color' 'doctor --config' 'doctor --domain' 'doctor --target' 'doctor --probe' 'doctor --responder' 'doctor --socket' 'doctor --color' 'check --socket' 'check --color' 'calc --config' 'calc --iid' 'calc --end-user-prefix' 'calc --index' 'calc --ipv4' 'calc --psid' 'calc --socket' 'calc --color' 'reverse --config' 'reverse --iid' 'reverse --socket' 'reverse --color' 'analyse --config' 'analyse --iid' 'analyse --port' 'analyse --socket' 'analyse --color' 'dmr --socket' 'dmr --color' 'import --from' 'import -o' 'import --output' 'import --role' 'import --end-user-prefix' 'import --dmr' 'import --br' 'import --socket' 'import --color' 'export --format' 'export --config' 'export --domain' 'export --socket' 'export --color' 'completion --socket' 'completion --color'
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
complete -c mapctl -n '__mapctl_at "" 0' -a ports -d 'Show what the port set is used for, by protocol and by block'
complete -c mapctl -n '__mapctl_at "" 0' -a sessions -d 'Show the sessions of NAT44'
complete -c mapctl -n '__mapctl_at "" 0' -a top -d 'Show the LAN hosts that hold the most ports or sessions'
complete -c mapctl -n '__mapctl_at "" 0' -a doctor -d 'Find what keeps packets from passing, with evidence and the command that mends it'
complete -c mapctl -n '__mapctl_at "" 0' -a check -d 'Validate a configuration file'
complete -c mapctl -n '__mapctl_at "" 0' -a calc -d 'Show what follows from a rule, and from one of its CEs'
complete -c mapctl -n '__mapctl_at "" 0' -a reverse -d 'Show which CE gets packets to an IPv4 address and port'
complete -c mapctl -n '__mapctl_at "" 0' -a analyse -d 'Show what an IPv6 address says under a rule, and whether it is consistent'
complete -c mapctl -n '__mapctl_at "" 0' -a dmr -d 'Put an IPv4 address behind a DMR prefix, or take it out'
complete -c mapctl -n '__mapctl_at "" 0' -a import -d 'Turn another MAP program\'s configuration into one for mapd'
complete -c mapctl -n '__mapctl_at "" 0' -a export -d 'Write rules and domains in another MAP program\'s words'
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
complete -c mapctl -n '__mapctl_at "counters"' -l explain -d 'say what each counter and reason means'
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
complete -c mapctl -n '__mapctl_at "config export"' -l format -d 'whose words' -x -a 'rfc8676 uci vpp jool nat46 rule-string asternos'
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
complete -c mapctl -n '__mapctl_at "calc"' -l config -d 'configuration that defines the rule' -rF
complete -c mapctl -n '__mapctl_at "calc"' -l iid -d 'interface identifier' -x -a 'rfc7597 draft-03'
complete -c mapctl -n '__mapctl_at "calc"' -l end-user-prefix -d 'the CE with this delegated IPv6 prefix' -x
complete -c mapctl -n '__mapctl_at "calc"' -l index -d 'the CE with these EA bits, as a number' -x
complete -c mapctl -n '__mapctl_at "calc"' -l ipv4 -d 'the CE with this IPv4 address' -x
complete -c mapctl -n '__mapctl_at "calc"' -l psid -d 'with --ipv4: the CE\'s PSID' -x
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
complete -c mapctl -n '__mapctl_at "analyse"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "analyse"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "analyse"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "analyse"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "dmr"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "dmr"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "dmr"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "dmr"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "import"' -l from -d 'its format, where it is not recognised' -x -a 'rfc8676 hb46pp jool asternos vpp nat46 uci rule-string mapcalc'
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
complete -c mapctl -n '__mapctl_at "export"' -l format -d 'whose words' -x -a 'rfc8676 uci vpp jool nat46 rule-string asternos'
complete -c mapctl -n '__mapctl_at "export"' -l config -d 'configuration; without it the running daemon\'s' -rF
complete -c mapctl -n '__mapctl_at "export"' -l domain -d 'this domain alone' -x
complete -c mapctl -n '__mapctl_at "export"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "export"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "export"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "export"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "completion"' -l socket -d 'control socket of the daemon (MAPD_SOCKET, /run/mapd/mapd.sock)' -rF
complete -c mapctl -n '__mapctl_at "completion"' -l json -d 'one JSON document on standard output'
complete -c mapctl -n '__mapctl_at "completion"' -l color -d 'auto: on a terminal, unless NO_COLOR is set' -x -a 'auto always never'
complete -c mapctl -n '__mapctl_at "completion"' -l help -d 'say what it does'
complete -c mapctl -n '__mapctl_at "completion" "0"' -a 'bash zsh fish'
