// Wrong addresses and pages that broke.
import { Button } from "@fluentui/react-components";
import { useNavigate, type ErrorComponentProps } from "@tanstack/react-router";
import { IconSearch } from "../icons";
import { texts } from "../texts";
import { EmptyState, ErrorState } from "../ui/states";

export function NotFoundPage() {
  const navigate = useNavigate();
  return (
    <EmptyState Icon={IconSearch} title={texts.errors.notFoundTitle} detail={texts.errors.notFoundDetail}>
      <Button appearance="primary" onClick={() => void navigate({ to: "/" })}>
        {texts.shell.mailSync}
      </Button>
    </EmptyState>
  );
}

export function ErrorPage({ error, reset }: ErrorComponentProps) {
  return <ErrorState title={texts.errors.pageTitle} error={error} onRetry={reset} />;
}
