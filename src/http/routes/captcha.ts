import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Asked } from '../../admission/challenge.ts';
import type { Captcha } from '../../access/captcha.ts';
import { pictureHeaders } from '../headers.ts';

export interface CaptchaRouteDeps {
  readonly captcha: Pick<Captcha, 'show'>;
  /** Who asks; nothing is kept of it. */
  askedOf(request: FastifyRequest, reply: FastifyReply): Asked;
}

/** `/captcha/NAME.png`: the picture of a challenge, for the one it was made for. */
export function registerCaptchaRoutes(app: FastifyInstance, deps: CaptchaRouteDeps): void {
  app.get<{ Params: { name: string } }>('/captcha/:name.png', (request, reply) => {
    reply.headers(pictureHeaders);
    const outcome = deps.captcha.show(request.params.name, deps.askedOf(request, reply));
    if (outcome.kind === 'shown') return reply.send(Buffer.from(outcome.png));
    if (outcome.kind === 'gone') return reply.status(410).send();
    const waitSeconds = Math.max(1, Math.ceil(outcome.waitMs / 1000));
    return reply
      .status(outcome.kind === 'busy' ? 503 : 429)
      .header('Retry-After', String(waitSeconds))
      .send();
  });
}
