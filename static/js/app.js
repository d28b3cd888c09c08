// One module a feature, each found by its data- attributes. Pages work without any of them.
import "./copy.js";
import "./lineage.js";
import "./refresh.js";
import "./shortcuts.js";
import "./theme.js";
import "./times.js";
import "./toasts.js";
import "./tree.js";
import "./upload.js";
