/** Whether what is shown is what is: live, paused, gone, or refused; and the question for the token. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { useLanguage, useTexts } from "../i18n/context.js";
import { TextField } from "../ui/field.js";
import type { Snapshot } from "./feed.js";
import { LIVE_TEXTS } from "./texts.js";

interface ConnectionProps {
  readonly snapshot: Snapshot;
  readonly setToken: (token: string) => void;
}

export function ConnectionBar({ snapshot, setToken }: ConnectionProps): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const { connection, token } = snapshot;
  return (
    <div class={`connection connection-${connection.state}`} data-connection={connection.state}>
      <p role="status">
        <span class="dot" aria-hidden="true" />
        <ConnectionText snapshot={snapshot} />
      </p>
      {connection.state === "token" ? (
        <TokenForm key={connection.message} setToken={setToken} />
      ) : null}
      {token !== "" && connection.state !== "token" ? (
        <button type="button" onClick={() => setToken("")}>
          {t("token-forget")}
        </button>
      ) : null}
    </div>
  );
}

function ConnectionText({ snapshot }: { readonly snapshot: Snapshot }): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const language = useLanguage();
  const { connection, token } = snapshot;
  switch (connection.state) {
    case "gone":
      return <>{t("gone", { time: connection.since.toLocaleTimeString(language) })}</>;
    case "refused":
      return <>{t("refused", { message: connection.message })}</>;
    case "token":
      return <>{t(token === "" ? "token-needed" : "token-wrong")}</>;
    default:
      return <>{t(connection.state)}</>;
  }
}

function TokenForm({ setToken }: Pick<ConnectionProps, "setToken">): JSX.Element {
  const t = useTexts(LIVE_TEXTS);
  const [text, setText] = useState("");
  const use = (): void => {
    if (text.trim() !== "") setToken(text.trim());
  };
  return (
    <div class="token-form">
      <TextField label={t("token")} name="token" value={text} onInput={setText} onEnter={use} />
      <button type="button" class="primary" onClick={use}>
        {t("token-use")}
      </button>
    </div>
  );
}
