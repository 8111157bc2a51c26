import type { ComponentChildren, JSX } from 'preact';
import type { Reader } from './reader.ts';
import { Shell } from './shell.tsx';

export interface DeskPageProps extends Reader {
  readonly styleHref: string;
  readonly heading: string;
  /** What has just gone wrong. */
  readonly notice: string | undefined;
  /** In place of the way back to the desk. */
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A page of the broadcaster's desk. */
export function DeskPage({ texts, base, styleHref, heading, notice, tools, children }: DeskPageProps): JSX.Element {
  return (
    <Shell
      {...{ texts, base, styleHref }}
      title={`${heading} - ${texts.productName}`}
      kind="desk-page"
      tools={
        <div class="desk-tools">
          {tools ?? (
            <a class="quiet-link" href={`${base}/broadcaster`}>
              {texts.desk.heading}
            </a>
          )}
        </div>
      }
    >
      <main class="desk">
        <h1>{heading}</h1>
        {notice !== undefined && (
          <p class="alert" role="alert">
            {notice}
          </p>
        )}
        {children}
      </main>
    </Shell>
  );
}
