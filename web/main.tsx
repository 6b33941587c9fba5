import { render } from "preact";
import { App } from "./app.js";
import "./style/base.css";

const root = document.getElementById("page");
if (root !== null) render(<App />, root);
