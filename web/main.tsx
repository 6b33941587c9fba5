import { render } from "preact";
import { App } from "./app.js";
import "./style/base.css";
import "./style/parts.css";
import "./style/content.css";
import "./style/ruler.css";
import "./style/calculator.css";
import "./style/print.css";

const root = document.getElementById("page");
if (root !== null) render(<App />, root);
