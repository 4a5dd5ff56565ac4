// What the server says about single inputs of a form, and what stays to be said about the whole.
import { ApiError, messageOf } from "../api/client";

export interface FormProblem {
  of: (field: string) => string | undefined;
  rest?: string; // for above the form
}

export function problemOf(error: unknown, fields: readonly string[]): FormProblem {
  const errors = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  const known = new Map(errors.filter((each) => fields.includes(each.field)).map((each) => [each.field, each.detail]));
  return { of: (field) => known.get(field), rest: error && known.size === 0 ? messageOf(error) : undefined };
}
