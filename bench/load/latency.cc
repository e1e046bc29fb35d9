#include "bench/load/latency.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <numeric>

namespace smsweb::bench {
namespace {

// Values of up to 11 bits have a counter each. Each further bit doubles the
// width of a bucket, and has as many buckets as the upper half of those.
constexpr int kExactBits = 11;
constexpr std::size_t kExact = std::size_t{1} << kExactBits;
constexpr std::size_t kHalf = kExact / 2;
constexpr std::int64_t kGreatest = (std::int64_t{1} << 32) - 1;

std::size_t IndexOf(std::int64_t micros) {
  const auto value = static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(micros, 0, kGreatest));
  if (value < kExact) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - kExactBits;
  return shift * kHalf + (value >> shift);
}

std::int64_t WidthOf(std::size_t index) {
  return index < kExact ? 1 : std::int64_t{1} << (index / kHalf - 1);
}

std::int64_t GreatestOf(std::size_t index) {
  if (index < kExact) return static_cast<std::int64_t>(index);
  const std::size_t shift = index / kHalf - 1;
  const auto lowest_bits = static_cast<std::int64_t>(index - shift * kHalf);
  return ((lowest_bits + 1) << shift) - 1;
}

double MiddleOf(std::size_t index) {
  return static_cast<double>(GreatestOf(index)) -
         static_cast<double>(WidthOf(index) - 1) / 2;
}

// Takes a number off the front of `text`.
template <typename T>
bool TakeNumber(std::string_view& text, T& number) {
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool TakeChar(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

LatencyHistogram::LatencyHistogram() : counters_(kCounters) {}

void LatencyHistogram::Record(std::int64_t micros, std::uint64_t count) {
  counters_[IndexOf(micros)] += count;
  count_ += count;
}

void LatencyHistogram::Add(const LatencyHistogram& other) {
  std::ranges::transform(counters_, other.counters_, counters_.begin(),
                         std::plus<>());
  count_ += other.count_;
}

std::int64_t LatencyHistogram::Min() const {
  const auto first =
      std::ranges::find_if(counters_, [](auto count) { return count > 0; });
  if (first == counters_.end()) return 0;
  const auto index = static_cast<std::size_t>(first - counters_.begin());
  return GreatestOf(index) - WidthOf(index) + 1;
}

std::int64_t LatencyHistogram::Max() const { return Percentile(100); }

double LatencyHistogram::Mean() const {
  if (count_ == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    if (counters_[i] > 0)
      sum += MiddleOf(i) * static_cast<double>(counters_[i]);
  }
  return sum / static_cast<double>(count_);
}

double LatencyHistogram::Deviation() const {
  if (count_ == 0) return 0;
  const double mean = Mean();
  double sum = 0;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const double distance = MiddleOf(i) - mean;
    sum += distance * distance * static_cast<double>(counters_[i]);
  }
  return std::sqrt(sum / static_cast<double>(count_));
}

std::int64_t LatencyHistogram::Percentile(double percent) const {
  if (count_ == 0) return 0;
  // A little less, for 99.9 % of 1,000 are 999, however they are rounded.
  const double wanted = std::nextafter(
      std::clamp(percent, 0.0, 100.0) * static_cast<double>(count_) / 100, 0);
  const auto rank = std::clamp<std::uint64_t>(
      static_cast<std::uint64_t>(std::ceil(wanted)), 1, count_);
  std::uint64_t seen = 0;
  std::size_t index = 0;
  while ((seen += counters_[index]) < rank) ++index;
  return GreatestOf(index);
}

std::vector<LatencyHistogram::Bucket> LatencyHistogram::Buckets() const {
  std::vector<Bucket> buckets;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    if (counters_[i] > 0) buckets.push_back({GreatestOf(i), counters_[i]});
  }
  return buckets;
}

std::string LatencyHistogram::ToText() const {
  std::string text;
  for (const Bucket& bucket : Buckets()) {
    if (!text.empty()) text += ' ';
    text += std::to_string(bucket.micros) + ':' + std::to_string(bucket.count);
  }
  return text;
}

Result<LatencyHistogram> LatencyHistogram::FromText(std::string_view text) {
  LatencyHistogram histogram;
  const std::string_view whole = text;
  while (!text.empty()) {
    std::int64_t micros = 0;
    std::uint64_t count = 0;
    const bool is_pair = TakeNumber(text, micros) && TakeChar(text, ':') &&
                         TakeNumber(text, count) &&
                         (text.empty() || TakeChar(text, ' '));
    if (!is_pair) {
      return Fail(ErrorKind::kInvalid,
                  "latency: expected MICROS:COUNT pairs, a space between them; "
                  "wrong at character " +
                      std::to_string(whole.size() - text.size() + 1));
    }
    histogram.Record(micros, count);
  }
  return histogram;
}

LatencyHistogram LatencyHistogram::FromCounters(
    std::span<const std::uint64_t> counters) {
  LatencyHistogram histogram;
  std::ranges::copy(counters.first(std::min(counters.size(), kCounters)),
                    histogram.counters_.begin());
  histogram.count_ = std::accumulate(
      histogram.counters_.begin(), histogram.counters_.end(), std::uint64_t{0});
  return histogram;
}

}  // namespace smsweb::bench
