/** A model object while a decoder fills it. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
