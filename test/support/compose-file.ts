import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readYaml, type Yaml } from './strict-yaml';

type Fields = { readonly [key: string]: Yaml };

/** One service of docker-compose.yml, as far as it can be run without Docker. */
export interface ComposeService {
  readonly name: string;
  readonly image: string;
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly volumes: readonly string[];
  readonly profiles: readonly string[];
  readonly ports: readonly string[];
  /** Names of services it waits for. */
  readonly dependsOn: readonly string[];
  /** Whether Docker asks it how it is. */
  readonly checked: boolean;
}

/** The services of the project's docker-compose.yml, by name. */
export function readComposeFile(): Map<string, ComposeService> {
  const document = readYaml(readFileSync(resolve(__dirname, '../../docker-compose.yml'), 'utf8')) as Fields;
  return new Map(
    Object.entries(document['services'] as Fields).map(([name, fields]) => [name, serviceOf(name, fields)]),
  );
}

function serviceOf(name: string, value: Yaml): ComposeService {
  const fields = value as Fields;
  const list = (key: string): string[] => (fields[key] as string[] | undefined) ?? [];
  return {
    name,
    image: fields['image'] as string,
    command: [...list('entrypoint'), ...list('command')],
    environment: (fields['environment'] as Record<string, string> | undefined) ?? {},
    secrets: list('secrets'),
    volumes: list('volumes'),
    profiles: list('profiles'),
    ports: list('ports'),
    dependsOn: Object.keys((fields['depends_on'] as Fields | undefined) ?? {}),
    checked: fields['healthcheck'] !== undefined,
  };
}

/** Fills in `${NAME:-default}` as compose does, with these variables of the operator. */
export function interpolated(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+):-([^}]*)\}/g, (_, name: string, fallback: string) => variables[name] ?? fallback);
}
