/** Findings in Japanese, by code: what is wrong and what to do. The library's own sentence, with the values, stands below. */
export const FINDINGS_JA: Readonly<Record<string, string>> = {
  "rule-syntax": "数値ではありません。整数を入力してください。",
  "name-syntax": "名前に使えない文字があります。英数字、点、ハイフン、下線を使ってください。",
  "ipv6-prefix-syntax": "IPv6 プレフィックスではありません。2001:db8::/40 の形で書いてください。",
  "ipv4-prefix-syntax": "IPv4 プレフィックスではありません。192.0.2.0/24 の形で書いてください。",
  "ipv6-address-syntax": "IPv6 アドレスではありません。2001:db8:ffff::1 の形で書いてください。",
  "ipv6-prefix-len": "IPv6 プレフィックス長は 0〜128 です。長さを直してください。",
  "ipv4-prefix-len": "IPv4 プレフィックス長は 0〜32 です。長さを直してください。",
  "ipv6-host-bits":
    "IPv6 プレフィックス長より後ろのビットが立っています。ビットを消すか長さを直してください。",
  "ipv4-host-bits":
    "IPv4 プレフィックス長より後ろのビットが立っています。ビットを消すか長さを直してください。",
  "ea-len-range": "EA 長は 0〜48 です (アドレス 32 とポート 16)。",
  "ea-past-128":
    "ルールプレフィックスと EA ビットが 128 ビットを超えます。どちらかを短くしてください。",
  "psid-offset-range": "PSID オフセットは 0〜15 です。通常は 6 です。",
  "psid-len-range":
    "PSID がポートの 16 ビットを超えます。EA 長か IPv4 プレフィックスを短くしてください。",
  "offset-plus-psid-len":
    "PSID オフセットと PSID 長の和が 16 を超えます。オフセットを小さくするか共有数を減らしてください。",
  "psid-len-mismatch":
    "PSID 長が EA 長と矛盾します。PSID 長を省略してください (EA 長から決まります)。",
  "psid-with-ea":
    "EA ビットから PSID が決まるのに固定の PSID があります。PSID を削除してください。",
  "psid-without-len": "PSID に長さがありません。PSID 長を加えるか PSID を削除してください。",
  "psid-required": "アドレスを共有しています。PSID を指定してください。",
  "psid-range": "PSID がその長さに収まりません。小さくしてください。",
  "psid-without-full-address":
    "IPv4 プレフィックスを配る CE にポート分割はありません。PSID を削除してください。",
  "offset-ignored": "アドレスは共有されないので、オフセットは無視されます。",
  "system-ports": "1024 未満のポートが CE に渡ります。オフセット 1〜6 を使ってください。",
  "port-zero": "オフセット 0 では PSID 0 の CE が使えないポート 0 を持ち、1 ポート少なくなります。",
  "iid-overwritten":
    "プレフィックスと EA ビットが 64 ビットを超え、インターフェース識別子を上書きします。短くしてください。",
  "no-subnet-bits":
    "エンドユーザープレフィックスが /64 で、LAN と MAP アドレスが同居します。より短いプレフィックスを委譲してください。",
  "ipv4-not-unicast": "転送されない IPv4 ブロックです。ユニキャストアドレスを使ってください。",
  "ipv6-not-unicast": "IPv6 マルチキャストです。ユニキャストプレフィックスを使ってください。",
  "duplicate-name": "同じ名前のルールが 2 つあります。名前を変えてください。",
  "duplicate-ipv6-prefix":
    "同じ IPv6 プレフィックスのルールが 2 つあります。どちらかを変更してください。",
  "duplicate-ipv4-prefix":
    "同じ IPv4 プレフィックスのルールが 2 つあります。PSID の異なる 1:1 ルールだけが共有できます。",
  "shared-address-parameters":
    "同じアドレスの 1:1 ルールでポート分割が異なります。同じ値にしてください。",
  "duplicate-psid": "同じアドレスと PSID の 1:1 ルールが 2 つあります。別の PSID にしてください。",
  "rule-overlap-ipv6":
    "IPv6 プレフィックスが他のルールに含まれます。最長一致で決まり、外側の CE が失われます。",
  "rule-overlap-ipv4":
    "IPv4 プレフィックスが他のルールに含まれます。最長一致で行き先が決まります。",
  "uneven-end-user-len": "このルールだけ委譲長が周囲と異なります。EA 長を確認してください。",
  "dmr-too-long":
    "DMR プレフィックスが長すぎて IPv4 アドレスが入りません。32、40、48、56、64、96 を使ってください。",
  "dmr-length":
    "この DMR 長の後ろに IPv4 アドレスは置けません。32、40、48、56、64、96 を使ってください。",
  "dmr-u-octet": "DMR プレフィックスのビット 64〜71 は 0 でなければなりません。",
  "dmr-not-64": "DMR プレフィックスは /64 が推奨です。両端で一致させてください。",
  "dmr-missing": "MAP-T ドメインに DMR がありません。DMR プレフィックスを加えてください。",
  "dmr-covers-rule": "DMR プレフィックスがルールを含みます。別々のプレフィックスを使ってください。",
  "host-bits-overwritten":
    "MAP-T では長いプレフィックスが IPv4 ホストビットを上書きします。短くするか MAP-E にしてください。",
  "inside-customer-prefix":
    "BR、DMR、またはインターフェースが加入者のプレフィックス内にあります。外に移してください。",
  "br-missing": "MAP-E ドメインに BR アドレスがありません。加えてください。",
  "mtu-above-path": "MTU が経路より大きく設定されています。小さくしてください。",
  "end-user-prefix-outside-rule":
    "委譲プレフィックスがルールの外です。直すか、対応するルールを加えてください。",
  "end-user-prefix-too-short":
    "委譲プレフィックスが短く、EA ビットが足りません。必要な長さを委譲してください。",
  "delegated-bits-set":
    "EA ビットの後ろのビットが立っており、MAP アドレスが委譲プレフィックスの外になります。",
  "import-syntax": "この形式では読めない行があります。書き方を確認してください。",
  "import-incomplete": "必要な項目が足りません。加えてください。",
  "nothing-to-import": "MAP ルールがありません。",
  "ea-len-unknown": "EA 長は委譲プレフィックスから決まります。プレフィックスを指定してください。",
  "not-imported": "mapd に対応するものがなく、取り込まれません。",
  "iid-assumed": "インターフェース識別子の形式が不明です。両端で確認してください。",
  "unknown-version": "HB46PP の版が不明です。",
  "mode-mismatch": "インターフェースの方式がドメインと異なります。揃えてください。",
  "psid-justification": "左詰め PSID に長さを超えるビットがあります。値を確認してください。",
  "psid-from-prefix": "PSID は EA ビットに含まれます。片方を削除してください。",
  "br-not-an-address": "BR アドレスにプレフィックス長が付いています。長さを削除してください。",
  "br-not-configured": "BR アドレスがどのインターフェースにもありません。設定してください。",
  "link-in-rule-prefix":
    "リンクがルールの IPv4 プレフィックスを使っています。別のアドレスにしてください。",
  "link-edge-addresses": "リンクのネットワーク/ブロードキャストアドレスが加入者のアドレスです。",
  "map-not-enabled": "map enable がないため、MAP が動作しません。",
  "no-ce-side": "CE にプレフィックスを与える設定がありません。",
  "no-forwarding-rules": "転送ルールがないため、CE 間の通信は BR を経由します。",
  "empty-prefixes": "ローカルプレフィックスの一覧が空です。",
  "hex-empty": "16 進数がありません。",
  "hex-odd": "16 進の桁数が奇数です。抜けた 0 を確認してください。",
  "hex-syntax": "16 進数でない文字があります。",
  "br-syntax": "BR は IPv6 アドレスです。長さを付けずに書いてください。",
  "address-syntax": "アドレスではありません。",
  "endpoint-syntax": "両端をアドレスとポートで指定してください。",
  "walk-range": "長さは 65535 まで、MTU は 1280〜65535 です。",
  "find-syntax":
    "CE を特定できません。IPv6 アドレス、IPv4:ポート、IPv4 と PSID、EA ビットのいずれかを入力してください。",
  "index-range": "番号がこのルールの CE 数を超えています。",
  "port-excluded": "このポートはどの CE にも属しません。",
  "port-required": "アドレスは共有されています。ポートも指定してください。",
  "port-range": "ポートは 0〜65535 です。",
  "ipv4-outside-rule": "ルールの IPv4 プレフィックスの外です。",
  "ipv6-outside-rule": "ルールの IPv6 プレフィックスの外です。",
  "psid-not-shared": "アドレスは共有されません。PSID を省略してください。",
  "psid-not-provisioned": "この 1:1 ルールの PSID ではありません。",
  "iid-mismatch": "識別子とプレフィックスの内容が一致しません。パケットは破棄されます。",
  "iid-style": "識別子の形式がルールと異なります。両端を揃えてください。",
  "subnet-id-set": "MAP アドレスのサブネット ID は 0 でなければなりません。",
  "port-not-in-set": "このポートは別の CE のものです。",
  "s46-no-container": "コンテナーがありません。オプション 94、95、96 を探してください。",
  "s46-inside-only": "コンテナーの中身だけです。ヘッダーを補って読みました。",
  "s46-outside": "コンテナーの外にあり無視されます。94、95、96 の中に入れてください。",
  "s46-misplaced": "読まれない場所にあります。93 は 89 または 92 の中に置いてください。",
  "s46-content":
    "コンテナーのオプションに過不足があります。MAP-E はルールと BR、MAP-T はルールと DMR 1 個です。",
  "s46-truncated": "長さが合いません。内側から数え直してください。",
  "s46-prefix-len": "プレフィックス長が不正です。IPv6 は 0〜128、IPv4 は 0〜32 です。",
  "s46-prefix-bytes": "プレフィックスのオクテット数が長さと合いません。必要なだけ書いてください。",
  "s46-pad-bits": "プレフィックス長より後ろのビットが立っています。0 にしてください。",
  "s46-flags": "予約フラグが立っています。F は最下位ビット 0x01 です。",
  "s46-br-len": "BR は 16 オクテットです。長さを付けずに送ってください。",
  "s46-portparams-len": "オプション 93 は 4 オクテットです。",
  "s46-portparams-missing":
    "アドレスを共有するのにオプション 93 がありません。送ってください (なければ 6 とみなされます)。",
  "s46-portparams-ignored":
    "オフセットが 6 ではありません。オプション 93 を無視するクライアントは他人のポートを使います。",
  "s46-portparams-twice": "オプション 93 が 2 つあります。1 つにしてください。",
  "s46-psid-alignment": "PSID が左詰めではありません。8 ビットの 0x34 は 3400 と書きます。",
  "s46-psid-of-prefix":
    "IPv4 プレフィックスを配るルールにポートパラメーターがあります。削除してください。",
  "s46-priority": "優先順リストが奇数長か重複しています。各コードを 1 回ずつ書いてください。",
};
