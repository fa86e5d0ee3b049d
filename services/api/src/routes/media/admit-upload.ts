import type { Context, MiddlewareHandler } from 'hono';
import type { AppContext, CallerEnv, OpenEnv } from '../../app-context.ts';
import { InFlight } from '../../http/in-flight.ts';
import { addressOf } from '../../http/limit-rate.ts';

/**
 * Runs a request that can transfer the bytes of an upload. Throws a refusal if the user or the
 * address has too many such requests in flight.
 */
export async function admitUpload<T>(c: Context<CallerEnv>, work: () => Promise<T>): Promise<T> {
  const { context, caller } = c.var;
  const { users, addresses } = uploadsOf(context);
  const address = addressOf(c as unknown as Context<OpenEnv>);
  const releaseUser = users.admit([String(caller.user)]);
  try {
    const releaseAddress = addresses.admit([address]);
    try {
      return await work();
    } finally {
      releaseAddress();
    }
  } finally {
    releaseUser();
  }
}

/**
 * Admits an upload form of a LayIM page, within the limits on memory, because the form is held in
 * memory as a whole. Requires a signed-in user.
 */
export const admitForm: MiddlewareHandler<CallerEnv> = async (c, next) => {
  const { context, caller } = c.var;
  const { forms } = uploadsOf(context);
  const announced = Number(c.req.header('content-length') ?? LARGEST_FORM);
  const owners = [`user ${caller.user}`, `address ${addressOf(c as unknown as Context<OpenEnv>)}`];
  const release = forms.admit(owners, Math.min(announced || 0, LARGEST_FORM));
  try {
    await next();
  } finally {
    release();
  }
};

/** Maximum bytes of a form, including all its fields. */
const LARGEST_FORM = 11 * 1024 * 1024;

/** Maps the media store, which all requests share, to the uploads in flight. */
const byMedia = new WeakMap<AppContext['media'], Uploads>();

function uploadsOf(context: AppContext): Uploads {
  const known = byMedia.get(context.media);
  if (known) return known;
  const { uploadsAtOnce, formMemory } = context.config.media;
  const uploads = {
    users: new InFlight({ perOwner: uploadsAtOnce }),
    addresses: new InFlight({ perOwner: uploadsAtOnce * 4 }),
    forms: new InFlight({ perOwner: uploadsAtOnce, bytes: formMemory, bytesPerOwner: formMemory / 2 }),
  };
  byMedia.set(context.media, uploads);
  return uploads;
}

interface Uploads {
  users: InFlight;
  addresses: InFlight;
  forms: InFlight;
}
