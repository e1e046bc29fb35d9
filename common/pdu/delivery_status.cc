#include "common/pdu/delivery_status.h"

#include <array>
#include <cstddef>

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

constexpr std::uint8_t kClassMask = 0x1F;
constexpr std::uint8_t kSpecific = 0x10;  // in each class: the centre's own

template <std::size_t size>
std::string_view Name(const std::array<std::string_view, size>& names,
                      std::uint8_t value) {
  if (value & kSpecific) return "the service centre's own reason";
  return value < size ? names[value] : "reserved: service rejected";
}

}  // namespace

DeliveryStatus ReadDeliveryStatus(std::uint8_t status) {
  if (status >= 0x80) return DeliveryStatus::kReserved;
  return static_cast<DeliveryStatus>(status >> 5);
}

std::string_view ToString(DeliveryStatus status) {
  switch (status) {
    case DeliveryStatus::kCompleted:
      return "completed";
    case DeliveryStatus::kTrying:
      return "trying";
    case DeliveryStatus::kRefused:
      return "refused";
    case DeliveryStatus::kGivenUp:
      return "given up";
    case DeliveryStatus::kReserved:
      break;
  }
  return "reserved";
}

bool IsFinal(std::uint8_t status) {
  return ReadDeliveryStatus(status) != DeliveryStatus::kTrying;
}

bool IsDelivered(std::uint8_t status) {
  return status == 0x00 || (status >= kSpecific && status <= kClassMask);
}

std::string_view Describe(std::uint8_t status) {
  const std::uint8_t value = status & kClassMask;
  switch (ReadDeliveryStatus(status)) {
    case DeliveryStatus::kCompleted:
      return Name(kCompleted, value);
    case DeliveryStatus::kTrying:
    case DeliveryStatus::kGivenUp:
      return Name(kPassing, value);
    case DeliveryStatus::kRefused:
      return Name(kLasting, value);
    case DeliveryStatus::kReserved:
      break;
  }
  return "reserved: service rejected";
}

}  // namespace smsweb
