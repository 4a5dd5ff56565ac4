// Who is signed in. The session lives on the server; here is only what the page needs to show and to send.
import { queryOptions, useQueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError, client, setCsrfToken, take, type Schemas } from "./client";

export type Session = Schemas["Session"];

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }): Promise<Session | null> => {
    try {
      const session = await take(client.GET("/api/v1/session", { signal }));
      setCsrfToken(session.csrf_token);
      return session;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * 60_000,
});

// `code`: of the second factor, where the server has asked for one.
export async function signIn(login: string, password: string, code?: string): Promise<Session> {
  const session = await take(client.POST("/api/v1/session", { body: { login, password, ...(code && { code }) } }));
  setCsrfToken(session.csrf_token);
  return session;
}

// The header is set by the client; the description names it as a required parameter.
export const withToken = { header: { "X-CSRF-Token": "" } };

export async function signOut(): Promise<void> {
  await take(client.DELETE("/api/v1/session", { params: withToken }));
  setCsrfToken("");
}

// Given to what is shown to a user. Not read from the cache: that is emptied a moment before the page goes.
const UserContext = createContext<Schemas["User"] | null>(null);
export const UserProvider = UserContext.Provider;

// Only below the signed-in part of the application.
export function useUser(): Schemas["User"] {
  const user = useContext(UserContext);
  if (!user) throw new Error("useUser outside of a session");
  return user;
}

export function useForgetSession(): () => void {
  const queries = useQueryClient();
  return () => {
    // First the session, so that nothing on screen asks again; then everything that was seen in it.
    queries.setQueryData(sessionQuery.queryKey, null);
    queries.removeQueries({ predicate: (query) => query.queryKey[0] !== sessionQuery.queryKey[0] });
  };
}
