/** An answer of the Graph API that says no: the error object, and the HTTP status it comes with. */
export class GraphError extends Error {
  constructor(
    readonly code: number,
    message: string,
    readonly subcode?: number,
    /** HTTP. */
    readonly status = code === 190 || code === 102 ? 401 : code === 200 || (code === 10 && !subcode) ? 403 : 400,
  ) {
    super(message);
  }

  body(trace: string): object {
    return {
      error: {
        message: this.message,
        type: this.code === 100 ? 'GraphMethodException' : 'OAuthException',
        code: this.code,
        ...(this.subcode !== undefined && { error_subcode: this.subcode }),
        ...([1, 2, 4, 17, 32, 341, 613].includes(this.code) && { is_transient: true }),
        fbtrace_id: trace,
      },
    };
  }
}

export function badParameter(message: string, subcode?: number): GraphError {
  return new GraphError(100, `(#100) ${message}`, subcode);
}

export function unknownObject(id: string): GraphError {
  return new GraphError(
    100,
    `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation.`,
    33,
  );
}
