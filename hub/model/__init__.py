"""The words of the hub as frozen data: no SQL, no HTTP, no clock, no behaviour but their own."""
