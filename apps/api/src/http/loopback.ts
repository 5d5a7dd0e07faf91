/** Whether a name or address means this very machine, whatever the name service says. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name) || isMapped(name);
}

function isMapped(name: string): boolean {
  return /^::ffff:127(\.\d{1,3}){3}$/.test(name);
}

/** Host name of a Host header, without port; undefined when it is none. */
export function hostNameOf(header: string | undefined): string | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase();
}
