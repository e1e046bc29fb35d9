// Samples as CSV: a line of names, then a line a row. Numbers have a point, and
// at most three digits behind it; what is not known is empty.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/sample/sampler.h"

namespace smsweb::bench {

std::string CsvHeader(const std::vector<SampleColumn>& columns);
std::string CsvRow(const std::vector<SampleColumn>& columns,
                   const Sample& sample);

// `name` is for messages.
Result<std::vector<Sample>> ParseSamples(std::string_view csv,
                                         std::string_view name);

}  // namespace smsweb::bench
