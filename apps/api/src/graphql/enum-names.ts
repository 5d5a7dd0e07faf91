type Underscored<S extends string> = S extends `${infer A}-${infer B}` ? `${A}_${Underscored<B>}` : S;
type Dashed<S extends string> = S extends `${infer A}_${infer B}` ? `${A}-${Dashed<B>}` : S;

/** The schema's name of a word of ours: `not-for-us` is `NOT_FOR_US`. */
export function enumName<S extends string>(word: S): Uppercase<Underscored<S>> {
  return word.replaceAll('-', '_').toUpperCase() as Uppercase<Underscored<S>>;
}

/** Our word for a name of the schema: `NOT_FOR_US` is `not-for-us`. */
export function wordOf<S extends string>(name: S): Lowercase<Dashed<S>> {
  return name.replaceAll('_', '-').toLowerCase() as Lowercase<Dashed<S>>;
}
