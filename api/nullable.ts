import { Type } from 'typebox';

/** Type lists, not unions: of a union the serialiser validates every value, and an odd one would be a 500. */
export const nullable = (type: 'string' | 'number' | 'integer', more: { format?: string; description?: string } = {}) =>
  Type.Unsafe<string | number | null>({ type: [type, 'null'], ...more });

export const nullableArray = (items: object, description: string) =>
  Type.Unsafe<readonly unknown[] | null>({ type: ['array', 'null'], items, description });

export const nullableObject = (properties: Record<string, object>, description: string) =>
  Type.Unsafe<object | null>({
    type: ['object', 'null'],
    properties,
    required: Object.keys(properties),
    description,
  });
