import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/list.css";
import "./styles/record.css";
import "./styles/mail.css";
import "./styles/sync.css";
import "./styles/trust.css";
import "./styles/configuration.css";
import "./styles/panel.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
