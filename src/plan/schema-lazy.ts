/** Shapes of objects whose schemas are made when they are asked for: a plan has few of the keys that there are. */
import type { ZodMiniType } from 'zod/mini';

type Makers = Readonly<Record<string, () => ZodMiniType>>;
type Shape = Readonly<Record<string, ZodMiniType>>;
type Made<Of extends Makers> = { readonly [Key in keyof Of]: ReturnType<Of[Key]> };

/** A shape in which a key is made at each look: zod looks once for each object. Spreading it makes all: see {@link joined}. */
export function lazily<const Of extends Makers>(makers: Of): Made<Of> {
  const shape = {};
  for (const [key, get] of Object.entries(makers))
    Object.defineProperty(shape, key, { get, enumerable: true, configurable: true });
  return shape as Made<Of>;
}

type Joined<One, Two, Three> = Omit<One, keyof Two | keyof Three> & Omit<Two, keyof Three> & Three;

/** The keys of all of them, in this order; where two have a key, it is that of the last. Makes none. */
export function joined<One extends Shape, Two extends Shape, Three extends Shape = Record<never, ZodMiniType>>(
  one: One,
  two: Two,
  three?: Three,
): Joined<One, Two, Three> {
  const descriptors = [one, two, three ?? {}].map(shape => Object.getOwnPropertyDescriptors(shape));
  return Object.defineProperties({}, Object.assign({}, ...descriptors)) as Joined<One, Two, Three>;
}

/** All but some keys. Makes none. */
export function without<Of extends Shape, Key extends keyof Of>(shape: Of, keys: readonly Key[]): Omit<Of, Key> {
  const rest = Object.defineProperties({}, Object.getOwnPropertyDescriptors(shape)) as Of;
  for (const key of keys) delete rest[key];
  return rest;
}

/** What makes a thing once, at the first call, and gives it to all. */
export function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
