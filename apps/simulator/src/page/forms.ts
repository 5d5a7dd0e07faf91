import type { Request, Response } from 'express';
import { readBody, type RequestBody } from '../messenger/request-body';

/** A text field of a form; empty where it was not sent. */
export type Form = (name: string) => string;

/** Sends a page. What it shows and is not there (RangeError) is told with 404. */
export function show(response: Response, page: () => string): void {
  try {
    response.type('html').send(page());
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    response.status(404).type('text').send(error.message);
  }
}

/** Does what a form asks for and leads on; a script is answered in JSON. What cannot be done is told with 422. */
export async function act(
  request: Request,
  response: Response,
  does: (body: { form: Form } & RequestBody) => string | Promise<string>,
): Promise<void> {
  const scripted = request.headers.accept === 'application/json';
  try {
    const body = await readBody(request.body, request.headers['content-type']);
    const form: Form = (name) => (typeof body.fields[name] === 'string' ? body.fields[name] : '');
    const target = await does({ ...body, form });
    if (scripted) response.json({});
    else response.redirect(303, target);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    response.status(422);
    if (scripted) response.json({ error: error.message });
    else response.type('text').send(error.message);
  }
}
