// Figures for people: as many digits as they read, and a unit that fits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace smsweb::bench {

std::string Grouped(std::uint64_t count);  // "1,000,000"
// Three digits that count: "0.568", "27.2", "28,451"; "without end" where
// it is infinite.
std::string Figure(double value);
std::string Percent(double share);     // of 0..1: "6.4 %"
std::string Duration(double seconds);  // "850 µs", "1.4 ms", "3 s", "25 min"
std::string Bytes(double bytes);       // "106 MiB"
std::string BytesPerSecond(double rate);  // "138,909 B/s", "2.49 MiB/s"

// A sentence in lines for a terminal: the first behind `first`, the others
// behind as many blanks. Ends with a line break.
std::string Wrapped(std::string_view sentence, std::string_view first);

// "1 modem", "2 modems".
std::string Count(std::uint64_t count, const std::string& what);

}  // namespace smsweb::bench
