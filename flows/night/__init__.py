"""What happens with nobody looking: intake, the backfill's nights, delivery, the watch over it all."""
