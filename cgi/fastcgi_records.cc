#include "cgi/fastcgi_records.h"

#include <algorithm>

namespace smsweb {
namespace {

constexpr std::size_t kHeaderSize = 8;
constexpr std::size_t kMostHead = 256 * 1024;
constexpr unsigned kVersion = 1;
constexpr unsigned kBeginRequest = 1;
constexpr unsigned kAbortRequest = 2;
constexpr unsigned kParams = 4;
constexpr unsigned kStdin = 5;

}  // namespace

RequestRecords::State RequestRecords::Take(std::string_view bytes,
                                           std::string* kept) {
  while (state_ == State::kPart && !bytes.empty()) {
    if (header_.size() < kHeaderSize) {
      bytes.remove_prefix(TakeHeader(bytes));
      if (header_.size() < kHeaderSize) break;
      BeginRecord();
      if (kept && !skipped_) kept->append(header_);
    }
    const std::size_t taken = std::min(remaining_, bytes.size());
    if (kept && !skipped_) kept->append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    remaining_ -= taken;
    if (remaining_ > 0) break;
    header_.clear();
    if (last_ && state_ == State::kPart) state_ = State::kWhole;
  }
  return state_;
}

std::size_t RequestRecords::TakeHeader(std::string_view bytes) {
  const std::size_t taken =
      std::min(kHeaderSize - header_.size(), bytes.size());
  header_.append(bytes.substr(0, taken));
  return taken;
}

void RequestRecords::BeginRecord() {
  const auto byte = [&](std::size_t i) -> unsigned {
    return static_cast<unsigned char>(header_[i]);
  };
  const unsigned type = byte(1);
  const unsigned id = byte(2) << 8 | byte(3);
  const unsigned length = byte(4) << 8 | byte(5);
  remaining_ = length + byte(6);
  skipped_ = false;
  if (byte(0) != kVersion || (!begun_ && type != kBeginRequest)) {
    state_ = State::kNonsense;
    return;
  }
  if (!begun_) {
    begun_ = true;
    request_id_ = id;
  }
  // Records of other requests are not for us: one connection, one request.
  skipped_ = id != request_id_;
  if (skipped_) return;
  if (type == kParams) {
    head_size_ += length;
    if (head_size_ > kMostHead) state_ = State::kNonsense;
  } else if (type == kStdin && length > 0) {
    skipped_ = body_size_ > most_body_;
    if (!skipped_) body_size_ += length;
  }
  last_ = type == kAbortRequest || (type == kStdin && length == 0);
}

}  // namespace smsweb
