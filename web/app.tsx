/** Header with tabs and settings, and the part of the page that the hash names. */
import { h, type JSX } from "preact";
import { CalculatorScreen } from "./calculator/screen.js";
import { DhcpScreen } from "./dhcp/screen.js";
import { LANGUAGES, type Settings, SettingsContext, THEMES, useTexts } from "./i18n/context.js";
import { PAGE_TEXTS } from "./i18n/page-texts.js";
import { LiveScreen } from "./live/screen.js";
import { hashOf, TABS, type Tab, useRoute } from "./state/route.js";
import { useSettings } from "./state/settings.js";
import { type Store, useStore } from "./state/store.js";
import { ToolsScreen } from "./tools/screen.js";

const SCREENS: Readonly<Record<Tab, (props: { readonly store: Store }) => JSX.Element>> = {
  calculator: CalculatorScreen,
  dhcp: DhcpScreen,
  tools: ToolsScreen,
  live: LiveScreen,
};

export function App(): JSX.Element {
  const [settings, change] = useSettings();
  const route = useRoute();
  const store = useStore(route);
  const { tab } = route;
  return (
    <SettingsContext.Provider value={settings}>
      <Header tab={tab} settings={settings} change={change} />
      <main id="content" tabIndex={-1}>
        {h(SCREENS[tab], { store })}
      </main>
      <Footer />
    </SettingsContext.Provider>
  );
}

interface HeaderProps {
  readonly tab: Tab;
  readonly settings: Settings;
  readonly change: (change: Partial<Settings>) => void;
}

function Header({ tab, settings, change }: HeaderProps): JSX.Element {
  const t = useTexts(PAGE_TEXTS);
  return (
    <header class="page-header">
      <button type="button" class="skip" onClick={focusContent}>
        {t("skip")}
      </button>
      <strong class="brand">mapd</strong>
      <nav aria-label={t("tabs")}>
        {TABS.map((one) => (
          <a key={one} href={hashOf(one, "")} aria-current={one === tab ? "page" : undefined}>
            {t(one)}
          </a>
        ))}
      </nav>
      <div class="settings">
        <select
          aria-label={t("language")}
          value={settings.language}
          onChange={({ currentTarget }) => {
            const language = LANGUAGES.find((one) => one === currentTarget.value);
            if (language !== undefined) change({ language });
          }}
        >
          <option value="en">English</option>
          <option value="ja">日本語</option>
        </select>
        <select
          aria-label={t("theme")}
          value={settings.theme}
          onChange={({ currentTarget }) => {
            const theme = THEMES.find((one) => one === currentTarget.value);
            if (theme !== undefined) change({ theme });
          }}
        >
          {THEMES.map((theme) => (
            <option key={theme} value={theme}>
              {t(`theme-${theme}`)}
            </option>
          ))}
        </select>
      </div>
    </header>
  );
}

/** No link: the hash is the route. */
function focusContent(): void {
  document.getElementById("content")?.focus();
}

function Footer(): JSX.Element {
  const t = useTexts(PAGE_TEXTS);
  return (
    <footer class="page-footer">
      <p>{t("footer")}</p>
      <a href="./licenses.txt">{t("licences")}</a>
    </footer>
  );
}
