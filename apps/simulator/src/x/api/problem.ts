/** An answer of the API that says no: its status, its body, and headers beside the usual ones. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super((body as { detail?: string }).detail ?? `HTTP ${status}`);
  }

  /** Short name of what was wrong, for the journal. */
  get short(): string {
    const { type, title, error } = this.body as { type?: string; title?: string; error?: string };
    const last = type?.split('/').at(-1);
    return error ?? (last === undefined || last === 'blank' ? (title ?? String(this.status)) : last);
  }
}

/** Addresses of X's problem types begin so. */
const TYPES = 'https://api.x.com/2/problems';

/** The usual form: a title, a detail, a type. */
export function problem(status: number, title: string, detail = title, type = 'about:blank', more = {}): Problem {
  return new Problem(status, {
    title,
    detail,
    type: type === 'about:blank' ? type : `${TYPES}/${type}`,
    status,
    ...more,
  });
}

export function unauthorized(): Problem {
  return problem(401, 'Unauthorized');
}

export function forbidden(detail = 'Forbidden'): Problem {
  return problem(403, 'Forbidden', detail);
}

export function notFound(): Problem {
  return problem(404, 'Not Found');
}

/** A parameter that is wrong, in the form that X answers with. */
export function invalid(name: string, value: unknown, message: string): Problem {
  return new Problem(400, {
    errors: [{ parameters: { [name]: [String(value)] }, message }],
    title: 'Invalid Request',
    detail: 'One or more parameters to your request was invalid.',
    type: `${TYPES}/invalid-request`,
  });
}

/** Form of the OAuth addresses. */
export function oauthProblem(error: string, description: string, status = 400): Problem {
  return new Problem(status, { error, error_description: description });
}

/** What cannot be shown stands beside what can, in `errors` of an answer of 200. */
export function partial(
  kind: 'resource-not-found' | 'not-authorized-for-resource',
  resource: 'tweet' | 'user',
  parameter: string,
  id: string,
): object {
  const missing = kind === 'resource-not-found';
  return {
    value: id,
    detail: missing
      ? `Could not find ${resource} with ${parameter}: [${id}].`
      : `Sorry, you are not authorized to see the ${resource} with ${parameter}: [${id}].`,
    title: missing ? 'Not Found Error' : 'Authorization Error',
    resource_type: resource,
    parameter,
    resource_id: id,
    type: `${TYPES}/${kind}`,
  };
}
