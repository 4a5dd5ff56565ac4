// The application: theme, cache, notices, router.
import { FluentProvider, Toaster } from "@fluentui/react-components";
import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "./api/client";
import { sessionQuery } from "./api/session";
import { createAppRouter } from "./router";
import { useSystemTheme } from "./theme";
import { TOASTER } from "./ui/notice";

export function createQueries(): QueryClient {
  const queries: QueryClient = new QueryClient({
    queryCache: new QueryCache({
      // A session that ended anywhere ends everywhere: the shell then shows the sign-in page.
      onError: (error, query) => {
        if (error instanceof ApiError && error.status === 401 && query.queryKey[0] !== "session")
          queries.setQueryData(sessionQuery.queryKey, null);
      },
    }),
    defaultOptions: {
      queries: {
        refetchOnWindowFocus: false, // the live stream says what changed
        retry: (failures, error) => failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 502),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 5000),
      },
      mutations: { retry: false },
    },
  });
  return queries;
}

export function App() {
  const theme = useSystemTheme();
  const [queries] = useState(createQueries);
  const [router] = useState(() => createAppRouter(queries));
  return (
    <FluentProvider theme={theme} className="app-root">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
      <Toaster toasterId={TOASTER} position="bottom-end" pauseOnHover pauseOnWindowBlur timeout={5000} />
    </FluentProvider>
  );
}
