/** The fields of a zod schema, by path: `scenarios[].spot`. What a discriminated union has in several shapes is one field with several schemas. */
import { z } from "zod";

/** Every schema that reads the field. */
export type SchemaFields = ReadonlyMap<string, readonly z.ZodType[]>;

/**
 * Leaves, lists, and objects that may be left out: what a writer decides on. Inner lists and maps, and the two numbers of a level, belong to their field.
 */
export function schemaFields(schema: z.ZodType): SchemaFields {
  const fields = new Map<string, z.ZodType[]>();
  const add = (path: string, field: z.ZodType): void => void fields.set(path, [...(fields.get(path) ?? []), field]);
  const visit = (field: z.ZodType, path: string, inside: z.ZodType = field): void => {
    const inner = unwrapped(inside);
    if (inner instanceof z.ZodDiscriminatedUnion) {
      if (isOptional(field)) add(path, field);
      inner.options.forEach((option) => visit(option as z.ZodType, path));
    } else if (inner instanceof z.ZodObject && !isLevel(inner)) {
      if (isOptional(field)) add(path, field);
      for (const [key, each] of Object.entries(inner.shape)) visit(each as z.ZodType, path === "" ? key : `${path}.${key}`);
    } else {
      if (path !== "" && !path.endsWith("[]")) add(path, field);
      if (inner instanceof z.ZodArray && holdsObjects(inner)) visit(inner.element as z.ZodType, `${path}[]`);
    }
  };
  visit(schema, "");
  return fields;
}

const isOptional = (field: z.ZodType): boolean => field.safeParse(undefined).success;
const isLevel = ({ shape }: z.ZodObject): boolean => Object.keys(shape).join() === "MM,IM";

function holdsObjects({ element }: z.ZodArray): boolean {
  const inner = unwrapped(element as z.ZodType);
  return inner instanceof z.ZodObject || inner instanceof z.ZodDiscriminatedUnion;
}

/** Without defaults, null, and what is checked after reading. */
function unwrapped(field: z.ZodType): z.ZodType {
  if (field instanceof z.ZodOptional || field instanceof z.ZodNullable || field instanceof z.ZodDefault || field instanceof z.ZodPrefault) return unwrapped(field.unwrap() as z.ZodType);
  if (field instanceof z.ZodPipe && field.out instanceof z.ZodRecord) return field.out;
  return field instanceof z.ZodPipe && !(field.in instanceof z.ZodUnknown) ? unwrapped(field.in as z.ZodType) : field;
}
