// The paper's own figures (its Table 3), for the report to show beside ours.
#pragma once

#include <array>

namespace smsweb::bench {

struct PaperRow {
  int requests;
  int concurrency;
  double cpu_percent;
  double memory_percent;
  double rx_bytes_per_second;
  double tx_bytes_per_second;
  double seconds;
  double per_second;
  int non_2xx;
  double Goodput() const { return (requests - non_2xx) / seconds; }
};

inline constexpr std::array<PaperRow, 6> kPaperTable3{{
    {1, 1, 53.8, 7.1, 138'909, 8'947, 1.47, 0.68, 0},
    {10, 5, 64.8, 7.3, 372'805, 16'516, 11.597, 0.86, 0},
    {100, 50, 61.9, 7.8, 2'608'036, 84'917, 113.676, 0.88, 1},
    {100, 100, 67.5, 8.7, 468'111, 98'007, 60.204, 1.66, 48},
    {250, 250, 64.9, 9.7, 1'126'441, 124'025, 92.728, 2.7, 198},
    {252, 252, 70, 10.4, 1'133'967, 158'956, 91.493, 2.75, 200},
}};

}  // namespace smsweb::bench
