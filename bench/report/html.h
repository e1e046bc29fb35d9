// A document as one HTML page that needs nothing else: style and charts are in
// it, and there are no scripts. It forbids itself to load anything.
#pragma once

#include <functional>
#include <string>

#include "bench/report/document.h"

namespace smsweb::bench {

// The SVG of a chart as an element; empty: it was not drawn.
using ChartSvg = std::function<std::string(const Chart&)>;

std::string RenderHtml(const Document& document, const ChartSvg& svg);

// The page's style sheet.
extern const char* const kPageStyle;

}  // namespace smsweb::bench
