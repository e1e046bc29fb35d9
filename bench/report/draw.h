// Charts to SVG, by gnuplot.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report/chart.h"
#include "common/base/error.h"

namespace smsweb::bench {

// kUnavailable: gnuplot is missing (which package).
Result<void> CanDraw();

// NAME.svg of each in `folder`, which is made; all in one run of gnuplot. A
// chart in which nothing is to be seen gets no file. kUnavailable: gnuplot is
// not installed (says the package), or the folder can't be written to.
Result<void> DrawCharts(const std::vector<const Chart*>& charts,
                        const std::filesystem::path& folder);

// gnuplot's SVG as an element for a page in which there are others: its ids
// begin with `name`, which has letters that need no escape; what draws nothing
// is left out.
std::string InlineSvg(std::string_view svg, std::string_view name,
                      std::string_view description);

}  // namespace smsweb::bench
