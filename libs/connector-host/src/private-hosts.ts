/** Settings by which it is decided. */
export interface PrivateHostSettings {
  readonly EVENHAND_ALLOW_PRIVATE_HOSTS?: boolean | undefined;
  readonly EVENHAND_HOST: string;
  readonly EVENHAND_PUBLIC_URL?: string | undefined;
}

/**
 * Whether servers that somebody names may be on this machine or in its network: what the operator said, else only while nobody
 * else reaches Evenhand. Behind a proxy it listens on loopback, too, but those who name servers come from outside.
 */
export function allowsPrivateHosts(settings: PrivateHostSettings): boolean {
  const { EVENHAND_ALLOW_PRIVATE_HOSTS: said, EVENHAND_HOST: host, EVENHAND_PUBLIC_URL: url } = settings;
  return said ?? (isLoopbackName(host) && (url === undefined || isLoopbackName(new URL(url).hostname)));
}

function isLoopbackName(host: string): boolean {
  return /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/i.test(host);
}
