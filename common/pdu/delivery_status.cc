#include "common/pdu/delivery_status.h"

#include <array>
#include <cstddef>
#include <span>

namespace smsweb {
namespace {

constexpr std::array<std::string_view, 3> kCompleted = {
    "delivered", "forwarded, and nobody can tell whether it arrived",
    "replaced by the service centre"};

// The same six in both classes of passing errors.
constexpr std::array<std::string_view, 6> kPassing = {
    "congestion",
    "the phone is busy",
    "no response from the phone",
    "service rejected",
    "quality of service not available",
    "an error in the phone"};

constexpr std::array<std::string_view, 10> kLasting = {
    "remote procedure error",
    "incompatible destination",
    "connection rejected by the phone",
    "not obtainable",
    "quality of service not available",
    "no interworking available",
    "its validity period is over",
    "deleted by its sender",
    "deleted by the service centre's administration",
    "the service centre does not know it"};

constexpr int kUnconfirmed = 0x01;
constexpr int kReplaced = 0x02;
constexpr int kLast = 0x7F;

// Four classes. The first half of each has names, the second is the centres'.
constexpr int kClassMask = 0x60;
constexpr int kCompletedClass = 0x00;
constexpr int kTryingClass = 0x20;
constexpr int kLastingClass = 0x40;  // 0x60: a passing error, and it gives up
constexpr int kSpecific = 0x10;

// "" for what is reserved.
std::string_view NameOf(int status) {
  if (status < 0 || status > kLast) return {};
  if (status & kSpecific) return "the service centre's own reason";
  const auto place = static_cast<std::size_t>(status & ~kClassMask);
  const auto in = [place](std::span<const std::string_view> names) {
    return place < names.size() ? names[place] : std::string_view();
  };
  switch (status & kClassMask) {
    case kCompletedClass:
      return in(kCompleted);
    case kLastingClass:
      return in(kLasting);
    default:
      return in(kPassing);
  }
}

}  // namespace

DeliveryStatus ReadDeliveryStatus(int status) {
  if (NameOf(status).empty()) return DeliveryStatus::kReserved;
  if (status == 0x00) return DeliveryStatus::kDelivered;
  if (status == kUnconfirmed) return DeliveryStatus::kCompleted;
  if (status == kReplaced) return DeliveryStatus::kFailed;
  switch (status & kClassMask) {
    case kCompletedClass:
      return DeliveryStatus::kCompleted;
    case kTryingClass:
      return DeliveryStatus::kTrying;
    default:
      return DeliveryStatus::kFailed;
  }
}

std::string_view ToString(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::kDelivered:
      return "delivered";
    case DeliveryStatus::kCompleted:
      return "completed";
    case DeliveryStatus::kTrying:
      return "trying";
    case DeliveryStatus::kFailed:
      return "failed";
    case DeliveryStatus::kReserved:
      break;
  }
  return "reserved";
}

bool IsFinal(DeliveryStatus status) {
  return status != DeliveryStatus::kTrying;
}

std::string_view DescribeDeliveryStatus(int status) {
  const std::string_view name = NameOf(status);
  return name.empty() ? "reserved: service rejected" : name;
}

}  // namespace smsweb
