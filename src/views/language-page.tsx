import { renderDocument } from './document.tsx';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';
import type { OfferedLanguage } from './texts/catalogues.ts';

/** `/language`: every language by its own name, as a link back to the stream. */
export interface LanguagePageData extends Reader {
  readonly styleHref: string;
  readonly languages: readonly OfferedLanguage[];
}

/** The page on which a language is chosen; each stands there as its readers write it. */
export function renderLanguagePage({ texts, base, styleHref, languages }: LanguagePageData): string {
  return renderDocument(
    <Shell
      texts={texts}
      base={base}
      title={`${texts.language} - ${texts.productName}`}
      styleHref={styleHref}
      kind="language-page"
      tools={
        <a class="quiet-link" href={`${base}/`}>
          {texts.backToStream}
        </a>
      }
    >
      <main class="log-main">
        <h1>{texts.language}</h1>
        <ul class="language-list">
          {languages.map(({ code, name }) => (
            <li key={code}>
              <a
                class="chip"
                href={`${base}/?lang=${code}`}
                hreflang={code}
                lang={code}
                aria-current={code === texts.lang ? 'true' : undefined}
              >
                <bdi>{name}</bdi>
              </a>
            </li>
          ))}
        </ul>
      </main>
    </Shell>,
  );
}
