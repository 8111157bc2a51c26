import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';
import { acceptForms, type FormFields, formOf } from './form-body.ts';
import { formTokenRandomBytes, isFormToken, mintFormToken } from './form-token.ts';
import { pageHeaders, redirectHeaders } from './headers.ts';
import type { Place, Places } from './place.ts';
import { pageRoute } from './routes/place.ts';

/** What every page of the desk needs. */
export interface DeskPageDeps {
  readonly places: Pick<Places, 'welcome'>;
  isBroadcaster(request: FastifyRequest): boolean;
  /** Signs the forms. */
  readonly secret: Uint8Array;
  /** Unix milliseconds. */
  now(): number;
  randomBytes(size: number): Buffer;
}

/** A page of the desk whose forms post to the page itself. `Said`: what it says after a form. */
export interface DeskPage<Said> {
  readonly path: string;
  /** What its form tokens are made for. */
  readonly form: string;
  /** The field that holds the form token. */
  readonly tokenField: string;
  readonly maxFormBytes: number;
  render(formToken: string, place: Place, said: Said | undefined): string | Promise<string>;
  /** Carries a form out. Undefined: there is nothing to say, the browser is led back to the page. Throws an `AppError` on a form that is not ours. */
  take(fields: FormFields, request: FastifyRequest): Said | undefined | Promise<Said | undefined>;
  /** The HTTP status of a page that says so. */
  statusOf(said: Said): number;
}

/** Registers the page: for the broadcaster alone, and only forms that this viewer was given are carried out. */
// Threat: T08
export function registerDeskPage<Said>(app: FastifyInstance, deps: DeskPageDeps, page: DeskPage<Said>): void {
  const { path, form, tokenField, maxFormBytes } = page;
  const send = async (reply: FastifyReply, place: Place, said?: Said): Promise<FastifyReply> => {
    const token = mintFormToken(form, place.viewer.id, deps.secret, deps.now(), deps.randomBytes(formTokenRandomBytes));
    return reply.headers(pageHeaders).send(await page.render(token, place, said));
  };
  app.get(path, pageRoute, async (request, reply) => {
    if (!deps.isBroadcaster(request)) throw new AppError('LOGIN_NEEDED');
    return await send(reply, deps.places.welcome(request, reply));
  });
  app.register(async (scope) => {
    acceptForms(scope, maxFormBytes);
    scope.post(path, async (request, reply) => {
      const place = deps.places.welcome(request, reply);
      const fields = formOf(request.body);
      const isOwn = isFormToken(fields.get(tokenField) ?? '', form, place.viewer.id, deps.secret, deps.now());
      if (!deps.isBroadcaster(request)) throw new AppError('LOGIN_NEEDED');
      if (!isOwn) throw new AppError('FORM_EXPIRED');
      const said = await page.take(fields, request);
      if (said !== undefined) return await send(reply.status(page.statusOf(said)), place, said);
      return reply.status(303).headers(redirectHeaders).header('Location', `${place.base}${path}`).send();
    });
  });
}
