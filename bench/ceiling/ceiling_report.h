// A ceiling, and the paper's 252, for a person to read.
#pragma once

#include <string>

#include "bench/results/results.h"

namespace smsweb::bench {

// What was tried, step by step; the ceiling; its cause with the evidence; how
// to raise it.
std::string ToText(const CeilingRecord& record);

// What was tried with which limits, what came of it, and what that says. The
// commands can be pasted into a shell.
std::string ToText(const Reproduction& reproduction);

}  // namespace smsweb::bench
