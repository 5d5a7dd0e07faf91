import type { IncomingMessage } from 'node:http';
import { hostNameOf, isLoopbackHost } from './loopback';

/** The settings that decide under which names we are reached. */
export interface OriginSettings {
  readonly EVENHAND_HOST: string;
  readonly EVENHAND_PUBLIC_URL?: string | undefined;
}

/**
 * Which pages may talk to us with a signed-in browser: our own. A Host that is not ours is refused too, so that no
 * foreign name that resolves to this machine (DNS rebinding) counts as our own page.
 */
export class OriginPolicy {
  private readonly publicUrl: URL | undefined;
  private readonly loopbackOnly: boolean;

  constructor(settings: OriginSettings) {
    this.publicUrl = settings.EVENHAND_PUBLIC_URL === undefined ? undefined : new URL(settings.EVENHAND_PUBLIC_URL);
    this.loopbackOnly = isLoopbackHost(settings.EVENHAND_HOST);
  }

  /** Whether cookies travel over TLS only. */
  get secure(): boolean {
    return this.publicUrl?.protocol === 'https:';
  }

  /** What is wrong with where the request comes from and goes to, in words; undefined when all is well. */
  fault(request: IncomingMessage): string | undefined {
    return this.hostFault(request) ?? this.originFault(request);
  }

  /** What is wrong with the name under which we are asked. */
  hostFault(request: IncomingMessage): string | undefined {
    const host = hostNameOf(request.headers.host);
    if (host === undefined) return 'the Host header is missing or malformed';
    if (this.publicUrl && host === this.publicUrl.hostname) return undefined;
    if (isLoopbackHost(host)) return undefined;
    if (!this.publicUrl && !this.loopbackOnly) return undefined;
    return `this server is not reached under the name "${host}"; set EVENHAND_PUBLIC_URL to the address people use`;
  }

  private originFault(request: IncomingMessage): string | undefined {
    if (request.headers['sec-fetch-site'] === 'cross-site') return 'requests from other sites are refused';
    const { origin } = request.headers;
    if (origin === undefined) return undefined;
    if (this.publicUrl && origin === this.publicUrl.origin) return undefined;
    const host = request.headers.host!.toLowerCase();
    if (origin === `http://${host}` || origin === `https://${host}`) return undefined;
    return 'requests from other sites are refused';
  }
}
