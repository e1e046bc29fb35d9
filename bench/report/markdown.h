// A document as GitHub's Markdown, its charts as files beside it.
#pragma once

#include <functional>
#include <string>

#include "bench/report/document.h"

namespace smsweb::bench {

// The path of a chart's file beside the Markdown; empty: it was not drawn.
using ChartPath = std::function<std::string(const Chart&)>;

std::string RenderMarkdown(const Document& document, const ChartPath& path);

}  // namespace smsweb::bench
