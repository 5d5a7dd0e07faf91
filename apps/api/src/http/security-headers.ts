import type { RequestHandler } from 'express';
import helmet from 'helmet';

/**
 * What the page may load and who may frame it. The sandboxed frame of a mail inherits this policy, and mail is styled
 * inline: that alone is why `style-src` allows it. Pictures from elsewhere may load because a reader may ask for those of a
 * mail; until then the frame's own policy keeps them out.
 * @param secure people reach us over TLS.
 */
export function securityHeaders(secure: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'"],
        'style-src': ["'self'", "'unsafe-inline'"],
        'img-src': ["'self'", 'data:', 'blob:', 'https:'],
        'font-src': ["'self'"],
        'connect-src': ["'self'", secure ? 'wss:' : 'ws:'],
        'frame-src': ["'self'", 'blob:', 'data:'],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  }) as RequestHandler;
}
