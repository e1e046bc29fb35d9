#include "bench/figures/figures.h"

#include <fmt/format.h>

#include <cmath>

namespace smsweb::bench {
namespace {

constexpr std::size_t kLineWidth = 78;

constexpr double kKibi = 1024;
constexpr double kMebi = kKibi * kKibi;
constexpr double kGibi = kMebi * kKibi;

std::string In(double value, double unit, const char* name) {
  return Figure(value / unit) + name;
}

}  // namespace

std::string Grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    digits.insert(at -= 3, ",");
  }
  return digits;
}

std::string Figure(double value) {
  if (value < 0) return "-" + Figure(-value);
  if (!std::isfinite(value)) return std::isnan(value) ? "?" : "without end";
  if (value > 0 && value < 0.001) return "<0.001";
  if (value < 999.5) return fmt::format("{:.3g}", value);
  if (value < 1e18) return Grouped(static_cast<std::uint64_t>(value + 0.5));
  return fmt::format("{:.2e}", value);
}

std::string Percent(double share) { return Figure(share * 100) + " %"; }

std::string Duration(double seconds) {
  if (!std::isfinite(seconds)) return Figure(seconds);
  if (seconds == 0) return "0 s";
  if (seconds < 0.9995e-3) return In(seconds, 1e-6, " µs");
  if (seconds < 0.9995) return In(seconds, 1e-3, " ms");
  if (seconds < 120) return In(seconds, 1, " s");
  if (seconds < 7200) return In(seconds, 60, " min");
  return In(seconds, 3600, " h");
}

std::string Bytes(double bytes) {
  if (bytes < kKibi) return Figure(bytes) + " B";
  if (bytes < kMebi) return In(bytes, kKibi, " KiB");
  if (bytes < kGibi) return In(bytes, kMebi, " MiB");
  return In(bytes, kGibi, " GiB");
}

std::string BytesPerSecond(double rate) {
  return rate < kMebi ? Figure(rate) + " B/s" : Bytes(rate) + "/s";
}

std::string Count(std::uint64_t count, const std::string& what) {
  return Grouped(count) + " " + what + (count == 1 ? "" : "s");
}

std::string Wrapped(std::string_view sentence, std::string_view first) {
  std::string text(first);
  std::size_t column = first.size();
  while (!sentence.empty()) {
    const std::size_t end = std::min(sentence.find(' '), sentence.size());
    if (column > first.size() && column + 1 + end > kLineWidth) {
      text += "\n" + std::string(first.size(), ' ');
      column = first.size();
    } else if (column > first.size()) {
      text += ' ';
      ++column;
    }
    text += sentence.substr(0, end);
    column += end;
    sentence.remove_prefix(std::min(end + 1, sentence.size()));
  }
  return text + "\n";
}

}  // namespace smsweb::bench
